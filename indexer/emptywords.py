"""English words that say nothing of what a text is about: articles, pronouns, auxiliaries, question words.

Half of a question is made of them, and a passage that has many is no better an answer. They stay in the index, because
a phrase may need them.
"""

EMPTY_WORDS = (
    "a about after all also an and any are as at be been before but by can could did do does for from had has have he "
    "her his how i if in into is it its may more most no not of on or our over s she should so some such t than that "
    "the their them then there these they this those to under up was we were what when where which while who whom "
    "whose why will with would you your"
)
