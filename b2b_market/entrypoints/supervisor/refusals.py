"""Why a start did not happen, as one sentence and one exit code each."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the supervisor's exit status says; documented in ``docs/how-to/production.md``."""

    STOPPED = 0
    PART_FAILED = 1
    DATA_IN_USE = 3
    PORT_TAKEN = 4
    FOLDER_UNUSABLE = 5
    OTHER_MAJOR = 6
    NO_SERVER_BINARIES = 7


class StartRefusedError(Exception):
    """The start cannot happen; ``str()`` is the one sentence for the person at the terminal."""

    def __init__(self, code: ExitCode, sentence: str) -> None:
        """Keep the exit status beside the sentence."""
        super().__init__(sentence)
        self.code = code


class StopRequestedError(Exception):
    """Somebody asked to stop while the supervisor was waiting for a part to become ready."""
