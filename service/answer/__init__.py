"""A question in, a cited answer out, or a plain "not found".

Read in this order: ``records`` (what an answer is), ``answerer`` (the product), ``candidates``, ``confidence``,
``groups`` and ``composing`` (how it comes to be), ``question`` (what is asked) with ``asking``, ``expected`` and
``dates``, ``coverage``, ``support`` and ``agreement`` (what a text bears out), ``attribution`` (who says it) with
``reporting``, ``speakers`` and ``antecedents``; ``imprint`` and ``biographies`` (what an article says of itself and of
its author), ``sources`` (who can be no answer). Words, names, quantities and times are read by ``names``,
``barenames``, ``quantities``, ``moments``, ``days``, ``negation``, ``countries`` and ``stems``.
"""

from service.answer.answerer import Answerer
from service.answer.records import Answer, AskOptions

__all__ = ["Answer", "Answerer", "AskOptions"]
