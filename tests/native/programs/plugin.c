/* Loaded by loader.c. */
static unsigned long long calls;

static __attribute__((noinline)) void hidden_in_plugin(void)
{
    calls++;
}

unsigned long long plugin_work(int n);

unsigned long long plugin_work(int n)
{
    for (int i = 0; i < n; i++)
        hidden_in_plugin();
    return calls;
}
