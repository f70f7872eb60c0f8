"""Which characters of a text something has been made of already, so that nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterable


class Taken:
    """The characters of a text that are taken. Linear in the text, however many spans there are."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._taken = bytearray(len(text))
        for start, end in spans:
            self._taken[start:end] = b"\1" * (end - start)

    def take(self, start: int, end: int) -> bool:
        """Take the characters, if all of them are free; whether they were.

        >>> taken = Taken("in June 2010", [(3, 7)])
        >>> taken.take(5, 12), taken.take(8, 12), taken.take(8, 9)
        (False, True, False)
        """
        if any(self._taken[start:end]):
            return False
        self._taken[start:end] = b"\1" * (end - start)
        return True
