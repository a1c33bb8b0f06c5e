"""Starting and stopping from outside: kill -USR1, kill -USR2."""
import signal

from .messages import say
from .tracer import Tracer


class _Switch:
    """Turns a tracer on and off in signal handlers. One that comes into the midst of another leaves the
    work to it, so what the last signal says holds in the end."""

    def __init__(self, tracer):
        self._tracer = tracer
        self._wanted = False
        self._is_at_it = False

    def turn(self, on):
        self._wanted = on
        if self._is_at_it:
            return
        self._is_at_it = True
        try:
            while self._tracer._is_open != self._wanted:
                self._tracer.start() if self._wanted else self._tracer.stop()
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            say(error)  # not the program's: it did not call us
        finally:
            self._is_at_it = False


def install(output_file="result.vtc", *, start_signal=signal.SIGUSR1, stop_signal=signal.SIGUSR2,
            **options):
    """SIGUSR1 starts a tracer of this process, SIGUSR2 stops it. From the main thread."""
    tracer = Tracer(output_file, **options)
    switch = _Switch(tracer)
    signal.signal(start_signal, lambda number, frame: switch.turn(True))
    signal.signal(stop_signal, lambda number, frame: switch.turn(False))
    return tracer
