# What is installed can be used: a consumer in C and one in C++, through find_package and through
# pkg-config, shared and static, and after the tree was moved elsewhere.
# ctest: timeout 300
set -eu
for program in cmake pkg-config c++; do
    if ! command -v $program >/dev/null; then
        echo "install: no $program"
        exit 77
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() {
    echo "install: $*"
}

step "cmake --install"
cmake --install "$VTC_BUILD_DIR" --prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
if find "$work/first" -name 'CMakeLists.txt' | grep .; then
    echo "install: sources were installed"
    exit 1
fi

mkdir "$work/consumer"
cat >"$work/consumer/consumer.c" <<'SOURCE'
#include <stdio.h>
#include <string.h>
#include <vtc/status.h>

int main(void)
{
    const char *name = vtc_status_name(VTC_ERR_CORRUPT);
    printf("%s\n", name);
    return strcmp(name, "VTC_ERR_CORRUPT") != 0;
}
SOURCE
cp "$work/consumer/consumer.c" "$work/consumer/consumer_cpp.cpp"
cat >"$work/consumer/question.c" <<'SOURCE'
#include <vtc/query.h>
#include <vtc/sql.h>

int main(void)
{
    vtc_query *query;
    return vtc_query_open(NULL, "slowest 20", NULL, &query, NULL) != VTC_ERR_ARGUMENT ||
           vtc_sql_open(NULL, "SELECT 1", NULL, &query, NULL) != VTC_ERR_ARGUMENT;
}
SOURCE
cat >"$work/consumer/CMakeLists.txt" <<'SOURCE'
cmake_minimum_required(VERSION 3.20)
project(consumer C CXX)
find_package(vtc 1.0 REQUIRED)
foreach(form IN ITEMS vtc vtc_static)
    add_executable(c_${form} consumer.c)
    add_executable(cpp_${form} consumer_cpp.cpp)
endforeach()
foreach(language IN ITEMS c cpp)
    target_link_libraries(${language}_vtc PRIVATE vtc::vtc)
    # All of it: whatever the library itself is linked with is needed then.
    target_link_libraries(${language}_vtc_static PRIVATE
        -Wl,--whole-archive vtc::vtc_static -Wl,--no-whole-archive)
endforeach()
foreach(form IN ITEMS query query_static)
    add_executable(c_${form} question.c)
    target_link_libraries(c_${form} PRIVATE vtc::${form})
endforeach()
SOURCE

# The package is found where it was moved to: no path of its first place is in it.
mv "$work/first" "$work/moved"
prefix=$work/moved
libdir=$(dirname "$(find "$prefix" -name 'libvtc.so')")

step "find_package"
cmake -G Ninja -S "$work/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 &&
    cmake --build "$work/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for program in c_vtc c_vtc_static cpp_vtc cpp_vtc_static c_query c_query_static; do
    "$work/build/$program" >/dev/null
done

step "pkg-config"
export PKG_CONFIG_PATH="$libdir/pkgconfig"
pkg-config --exists 'vtc >= 1.0.0' 'vtcquery >= 1.0.0'
cc "$work/consumer/question.c" $(pkg-config --cflags --libs vtcquery) -o "$work/question"
LD_LIBRARY_PATH="$libdir" "$work/question"
whole=-Wl,--whole-archive,-l:libvtc.a,--no-whole-archive
for static in "" --static; do
    # The static form is taken by its name, as -l prefers the shared one, and as a whole.
    flags=$(pkg-config --cflags --libs $static vtc)
    if [ -n "$static" ]; then
        flags=$(echo " $flags " | sed "s/ -lvtc / $whole /")
    fi
    cc "$work/consumer/consumer.c" $flags -o "$work/c$static"
    c++ "$work/consumer/consumer_cpp.cpp" $flags -o "$work/cpp$static"
    LD_LIBRARY_PATH="$libdir" "$work/c$static" >/dev/null
    LD_LIBRARY_PATH="$libdir" "$work/cpp$static" >/dev/null
done
if readelf -d "$work/c--static" | grep -q 'libvtc'; then
    echo "install: the static consumer needs the shared library"
    exit 1
fi
readelf -d "$work/c" | grep -q 'libvtc.so.1' || { echo "install: no SONAME 1"; exit 1; }
for library in libvtcquery libsqlite3; do
    if readelf -d "$libdir/libvtc.so" "$work/c" | grep -q "$library"; then
        echo "install: who links libvtc links $library"
        exit 1
    fi
done

step "the examples, as README says"
printf '[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":2,"name":"work"}]' |
    "$prefix/bin/vtc" compress >"$work/trace.vtc"
for example in sum_by_name record_work; do
    cc "$VTC_SOURCE_DIR/libvtc/examples/$example.c" $(pkg-config --cflags --libs vtc) -pthread \
        -o "$work/$example"
done
LD_LIBRARY_PATH="$libdir" "$work/sum_by_name" "$work/trace.vtc" | grep -q work
(cd "$work" && LD_LIBRARY_PATH="$libdir" "$work/record_work" recorded.vtc >/dev/null &&
    "$prefix/bin/vtc" verify -q recorded.vtc)
for page in share/man/man1/vtc.1 share/bash-completion/completions/vtc; do
    [ -f "$prefix/$page" ] || { echo "install: there is no $page"; exit 1; }
done
echo "install: C and C++, find_package and pkg-config, shared and static"
