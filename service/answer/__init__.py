"""A question in, a cited answer out, or a plain "not found".

Read in this order: ``records`` (what an answer is), ``answerer`` (the product).
"""
