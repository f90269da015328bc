"""What words mean: a model that turns texts into numbers, what it made of the texts here, and how near a query is.

Everything but ``passages`` needs the extra ``meaning``; ``opening`` looks whether it is there.
"""
