"""English words that say nothing of what a text is about: articles, pronouns, auxiliaries, question words.

Half of a question is made of them, and a passage that has many is no better an answer. They stay in the index, because
a phrase may need them. Words of time, place and amount (before, under, more) say something, and are not among them.
"""

EMPTY_WORDS = (
    "a about also an and are as at be been but by can could did do does for from had has have he her his how i if in "
    "into is it its may no not of on or our s she should so such t than that the their them then there these they "
    "this those to was we were what when where which while who whom whose why will with would you your"
)
