"""Log records as instants."""
import logging

from . import events


class LogHandler(logging.Handler):
    """`logging.getLogger().addHandler(vtctrace.LogHandler())`"""

    def emit(self, record):
        try:
            events.instant(f"logging - {record.levelname}",
                           {"message": self.format(record), "logger": record.name,
                            "file": record.pathname, "line": record.lineno}, "logging")
        except Exception:
            self.handleError(record)
