"""The file of the demonstration, and what is typed into it meanwhile."""

NAME = "orders.py"
LANGUAGE = "python"
TEXT = '''"""Orders of a small shop."""

import math


def total(orders, least=None):
    """Adds up what the orders cost."""
    kept = []
    for i in range(len(orders)):
        if least == None or orders[i].price >= least:
            kept.append(orders[i])
    result = 0
    for order in kept:
        result = result + order.price * order.count
    return result


def names(orders):
    found = []
    for order in orders:
        if not order.name in ("", None):
            found.append(order.name)
    return found


def is_large(order):
    if order.count >= 100:
        return True
    else:
        return False


def shipping(order):
    if order.weight == None:
        raise ValueError("order %s has no weight" % (order.name,))
    else:
        if order.weight <= 2:
            return 5
        elif order.weight <= 10:
            return 9
        else:
            return 9 + math.ceil(order.weight - 10)


def main():
    print(shipping.__doc__)
'''
EXPLAINED = ("def total", "return result")
REFACTORED = ("def total", "math.ceil(order.weight - 10)")
BELOW = "# Typed below while the reply streams in.\n"
ABOVE = "import random  # Typed above, at the same time.\n"
ABOVE_AT = "import math\n"
