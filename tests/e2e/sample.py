"""A file whose middle is selected. What is around it takes more than one unit a character."""

ABOVE = '"""🦆 Orders\tand their totals."""\n\n'
CODE = """\
def totals(orders, rates):
    result = []
    for i in range(len(orders)):
        if not orders[i].currency in rates.keys():
            continue
        else:
            sum = 0
            for item in orders[i].items:
                # 𝄞 what it costs
                sum = sum + item.price * item.count
            result.append(sum * rates[orders[i].currency])
    return result


def is_large(order):
    if order.total == None:
        return False
    else:
        return order.total > 1000


def names(orders):
    result = []
    for order in orders:
        result.append("%s (%s)" % (order.name, order.number))
    return result"""
BELOW = "\n\n\nprint(names([]))  # 🦆 "
