"""Units of measure and money, their names, and their size in the base unit of their kind."""

from __future__ import annotations

from typing import NamedTuple

Words = list[str]


class Unit(NamedTuple):
    """factor: its size in the base unit of its kind."""

    kind: str
    name: str
    factor: float


# A line: kind, then units with their size in the base unit and their names. Units with one name and nothing to convert to need
# no entry: they are then what was counted.
_UNIT_TABLE = """
percent; % 1 %, percent, per cent, pc
duration; second 1 second, seconds, sec, secs; minute 60 minute, minutes, min, mins; hour 3600 hour, hours, hr, hrs, h
duration; day 86400 day, days; week 604800 week, weeks; month 2629800 month, months; year 31557600 year, years, yr, yrs
duration; decade 315576000 decade, decades; century 3155760000 century, centuries
length; mm 0.001 mm, millimetre, millimetres, millimeter, millimeters; cm 0.01 cm, centimetre, centimetres, centimeters
length; m 1 m, metre, metres, meter, meters; km 1000 km, kilometre, kilometres, kilometer, kilometers
length; inch 0.0254 inch, inches; foot 0.3048 foot, feet, ft; yard 0.9144 yard, yards; mile 1609.344 mile, miles, mi
area; m2 1 m², sq m, square metre, square metres, square meter, square meters; hectare 10000 hectare, hectares, ha
area; km2 1000000 km², sq km, square kilometre, square kilometres, square kilometer, square kilometers
area; square-foot 0.09290304 sq ft, square foot, square feet; square-mile 2589988.11 sq mi, square mile, square miles
area; acre 4046.8564 acre, acres
volume; litre 1 l, litre, litres, liter, liters; gallon 3.785411784 gallon, gallons; barrel 158.987294928 barrel, barrels
mass; g 0.001 g, gram, grams; kg 1 kg, kilo, kilos, kilogram, kilograms; tonne 1000 tonne, tonnes, metric tons
mass; ton 907.18474 ton, tons; ounce 0.028349523 ounce, ounces, oz
mass; pound 0.45359237 pound, pounds; lb 0.45359237 lb, lbs
speed; km/h 1 km / h, kph, km per hour, kilometres per hour, kilometers per hour; mph 1.609344 mph, miles per hour
speed; m/s 3.6 m / s, metres per second, meters per second
temperature; C 1 ° c, c, ° celsius, celsius, degree celsius, degrees celsius, degrees c
temperature; F 1 ° f, f, ° fahrenheit, fahrenheit, degree fahrenheit, degrees fahrenheit, degrees f
money; dollar 1 $, dollar, dollars; dollar 0.01 cent, cents; USD 1 us$, u.s.$, us $, usd, us dollar, us dollars, u.s dollars
money; AUD 1 a$, au$, aud, australian dollars; CAD 1 c$, ca$, cad, canadian dollars
money; EUR 1 €, eur, euro, euros; GBP 1 £, gbp, pounds sterling, british pounds; GBP 0.01 pence
money; JPY 1 ¥, yen; CNY 1 rmb, yuan, renminbi; UAH 1 ₴, hryvnia, hryvnias
money; INR 1 ₹, rs, rupee, rupees; RUB 1 ₽, rouble, roubles, ruble, rubles
"""


def _units() -> dict[str, Unit]:
    units = {}
    for line in _UNIT_TABLE.strip().splitlines():
        kind, *entries = line.split("; ")
        for entry in entries:
            unit, factor, names = entry.split(" ", 2)
            units.update({name: Unit(kind, unit, float(factor)) for name in names.split(", ")})
    return units


UNITS = _units()


def unit_at(words: Words) -> tuple[Unit, Words] | None:
    """The unit that the words start with, and the words behind it."""
    for length in (3, 2, 1):
        unit = UNITS.get(" ".join(words[:length]))
        if unit is not None:
            return unit, words[length:]
    return None
