"""Starting and stopping from outside: kill -USR1, kill -USR2."""
import signal

from .tracer import Tracer


def install(output_file="result.vtc", *, start_signal=signal.SIGUSR1, stop_signal=signal.SIGUSR2,
            **options):
    """SIGUSR1 starts a tracer of this process, SIGUSR2 stops it. From the main thread."""
    tracer = Tracer(output_file, **options)
    signal.signal(start_signal, lambda number, frame: tracer.start())
    signal.signal(stop_signal, lambda number, frame: tracer.stop())
    return tracer
