// Exceptions past frames; names of C++: namespaces, templates, members, static functions.
#include <cstdio>
#include <stdexcept>

static unsigned long long throws, catches, destroyed, templated;

namespace shapes {

struct guard {
    ~guard() { destroyed++; }
};

template <typename T> static T twice(T value)
{
    templated++;
    return value + value;
}

__attribute__((noinline)) static void thrower(int n)
{
    guard here;
    throws++;
    if (twice(n) == 0)
        throw std::runtime_error("bottom");
    thrower(n - 1);
}

class catcher {
public:
    __attribute__((noinline)) void run(int n)
    {
        catches++;
        try {
            thrower(n);
        } catch (const std::exception &) {
        }
    }
};

} // namespace shapes

int main()
{
    shapes::catcher one;
    for (int i = 0; i < 300; i++)
        one.run(i % 10);
    std::printf("shapes::thrower(int) %llu\n", throws);
    std::printf("shapes::catcher::run(int) %llu\n", catches);
    std::printf("shapes::guard::~guard() %llu\n", destroyed);
    std::printf("int shapes::twice<int>(int) %llu\n", templated);
    return 0;
}
