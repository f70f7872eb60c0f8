"""Every error that Pressmark raises on purpose.

    PressmarkError
    ├── InputError               what was given cannot be used: exit code 2, HTTP 4xx
    │   ├── BadDate              a date that is none
    │   ├── BadRecord            a record that breaks its own rules
    │   ├── BadQuery             an empty or oversized query, k or a cursor out of range
    │   ├── NotAnArticle         a file or line that cannot be read as an article (message names it and says why)
    │   ├── UnknownArticle       an id, edition or span that the archive does not hold
    │   ├── OtherEdition         an article that is not, or no longer, in the edition that was to be changed
    │   ├── FollowedArticle      an article that comes from a file which the archive follows: the file decides it
    │   ├── UnknownJob           a job that there is not, or no longer
    │   ├── JobUnderWay          a job that has begun and cannot be taken back
    │   ├── BadSuite             questions, judgments or a run that cannot be scored
    │   └── NotComparable        two results that do not answer the same questions in the same way
    ├── ArchiveError             the archive cannot be used as asked
    │   ├── ArchiveMissing       there is none at this place
    │   ├── ArchiveMismatch      made by another model, or by another version of the format
    │   ├── ArchiveBusy          another process is writing to it
    │   ├── ArchiveDamaged       it is cut short or contradicts itself
    │   └── ArchiveFull          the disk has no room left; what was committed before is intact
    ├── ModelError               a model cannot be found, or does not agree with its reference
    ├── GeneratorError           the language model that was named cannot be asked, or does not answer as one
    └── ServiceError             the running service that was named cannot be asked, or does not answer as one

A message says what happened, with the values seen, and ends with what to do about it.
"""


class PressmarkError(Exception):
    """What every adapter catches, once."""


class InputError(PressmarkError):
    """What was given cannot be used."""


class BadDate(InputError):
    """A date that is none."""


class BadRecord(InputError):
    """A record that breaks its own rules."""


class BadQuery(InputError):
    """A query, k, filter or cursor that cannot be used."""


class NotAnArticle(InputError):
    """A file, or a line of one, that cannot be read as an article; ``article_id`` is its id where it got so far."""

    def __init__(self, message: str = "", article_id: str | None = None) -> None:
        super().__init__(message)
        self.article_id = article_id


class UnknownArticle(InputError):
    """An id, edition or span that the archive does not hold."""


class OtherEdition(InputError):
    """An article that is not, or no longer, in the edition that was to be changed."""


class FollowedArticle(InputError):
    """An article that comes from a file which the archive follows: the file decides it."""


class UnknownJob(InputError):
    """A job that there is not, or no longer."""


class JobUnderWay(InputError):
    """A job that has begun and cannot be taken back."""


class BadSuite(InputError):
    """Questions, judgments or a run that cannot be scored."""


class NotComparable(InputError):
    """Two results that do not answer the same questions in the same way."""


class ArchiveError(PressmarkError):
    """The archive cannot be used as asked."""


class ArchiveMissing(ArchiveError):
    """There is no archive at this place."""


class ArchiveMismatch(ArchiveError):
    """The archive was made by another model, or by another version of the format."""


class ArchiveBusy(ArchiveError):
    """Another process is writing to the archive."""


class ArchiveDamaged(ArchiveError):
    """The archive is cut short or contradicts itself."""


class ArchiveFull(ArchiveError):
    """The disk has no room left; what was committed before is intact."""


class ModelError(PressmarkError):
    """A model cannot be found, or does not agree with its reference."""


class GeneratorError(PressmarkError):
    """The language model that was named cannot be asked, or does not answer as one."""


class ServiceError(PressmarkError):
    """The running service that was named cannot be asked, or does not answer as one."""
