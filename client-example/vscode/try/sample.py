"""Orders of a small shop."""


def total(orders, country):
    sum = 0
    for i in range(len(orders)):
        order = orders[i]
        if order["paid"] == True:
            if order["country"] == country:
                for j in range(len(order["items"])):
                    item = order["items"][j]
                    price = item["price"]
                    amount = item["amount"]
                    if "discount" in item.keys():
                        price = price - price * item["discount"]
                    sum = sum + price * amount
            else:
                pass
        else:
            pass
    return sum


def report(orders):
    for country in sorted({order["country"] for order in orders}):
        print(f"{country}: {total(orders, country):.2f}")
