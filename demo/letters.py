"""The mails of Fernhill Coffee, in MJML: one look, and the words of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from demo.goods import SITE

_FRAME = """<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.6" color="#3b3630" padding="0 0 16px" />
      <mj-class name="title" font-family="Georgia, serif" font-size="30px" line-height="1.25" color="#23203a" />
      <mj-class name="small" font-size="13px" line-height="1.5" color="#6f675d" />
      <mj-button font-size="16px" font-weight="bold" background-color="#23203a" color="#ffffff" border-radius="8px"
        inner-padding="14px 26px" align="left" padding="8px 0 20px" />
      <mj-section padding="0" />
      <mj-column padding="0" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f3ede4" width="600px">
    <mj-section padding="28px 24px 20px">
      <mj-column>
        <mj-text align="center" font-family="Georgia, serif" font-size="20px" font-weight="bold" color="#23203a" padding="0">Fernhill Coffee</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="{colour}" padding="44px 32px" border-radius="12px 12px 0 0">
      <mj-column>
        <mj-text align="center" font-family="Georgia, serif" font-size="46px" line-height="1.1" color="#ffffff" padding="0 0 10px">{sign}</mj-text>
        <mj-text align="center" font-size="15px" color="#ffffff" padding="0">{motto}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="32px 32px 16px">
      <mj-column>
        <mj-text mj-class="title">{title}</mj-text>
{words}
      </mj-column>
    </mj-section>
{more}    <mj-section background-color="#ffffff" padding="0 32px 28px" border-radius="0 0 12px 12px">
      <mj-column>
        <mj-divider border-width="1px" border-color="#e8e0d5" padding="0 0 16px" />
        <mj-text mj-class="small" padding="0">{signed}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section padding="20px 24px">
      <mj-column>
        <mj-text mj-class="small" align="center" padding="0">{{{{ workspace.postal_address }}}}<br /><a href="{{{{ unsubscribe_url }}}}" style="color:#6f675d">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
_PARAGRAPH = "        <mj-text>{}</mj-text>"
_BUTTON = '        <mj-button href="{}">{}</mj-button>'
_ROW = """    <mj-section background-color="#ffffff" padding="0 24px 16px">
{}
    </mj-section>
"""
_CARD = """      <mj-column padding="8px" width="33.33%">
        <mj-text align="center" font-family="Georgia, serif" font-size="22px" line-height="1.2" color="#a66a3c" padding="16px 0 6px">{name}</mj-text>
        <mj-text mj-class="small" align="center" padding="0 4px 14px">{words}</mj-text>
      </mj-column>"""
_SIGNED = "Maya and everybody at the roastery<br />Just answer this e-mail: one of us reads it."


@dataclass(frozen=True, slots=True)
class Card:
    """One of three things side by side."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Button:
    words: str
    path: str


def letter(
    title: str,
    *paragraphs: str,
    button: Button | None = None,
    cards: Sequence[Card] = (),
    sign: str = "Hello",
    motto: str = "Roasted in small batches, in Berlin",
    colour: str = "#a66a3c",
) -> str:
    """Words may carry template tags; everything else about them is plain text."""
    words = [_PARAGRAPH.format(escape(one, quote=False)) for one in paragraphs]
    if button:
        words.append(_BUTTON.format(SITE + button.path, button.words))
    row = "\n".join(_CARD.format(name=card.name, words=card.words) for card in cards)
    return _FRAME.format(
        colour=colour,
        sign=sign,
        motto=motto,
        title=escape(title, quote=False),
        words="\n".join(words),
        more=_ROW.format(row) if cards else "",
        signed=_SIGNED,
    )


_HELLO = "Hello {{ contact.first_name or 'there' }},"

THANKS = letter(
    "Thank you for your first bag",
    _HELLO,
    "your order {{ event.number|default('') }} is in good hands: we roast it tomorrow morning, and it leaves the house the same day, still warm.",
    "You ordered {{ event['items']|join(', ') }}. That makes {{ (event.total * 100)|money('EUR') }} in all.",
    "Until it arrives: here is how we roast, and why your coffee tastes best from the third day on.",
    button=Button("See how we roast", "/about"),
    cards=(
        Card("Direct", "From eleven farms that we know by name"),
        Card("Fresh", "Roasted after you order, never before"),
        Card("On its way", "With you in two or three days"),
    ),
)
ESPRESSO = letter(
    "Dialling in, in four minutes",
    _HELLO,
    "18 grams in, 36 grams out, 27 seconds: that is where we would begin with your espresso.",
    "Too sour? Grind a little finer. Too bitter? A little coarser. Change one thing at a time, and write it on the bag.",
    button=Button("Open the espresso guide", "/brew-guides/espresso"),
    cards=(
        Card("18 g", "of coffee"),
        Card("27 s", "from the first drop"),
        Card("93 °C", "a little less for dark roasts"),
    ),
    sign="18 : 36 : 27",
    motto="The espresso guide",
    colour="#5a3b2e",
)
FILTER = letter(
    "A better cup in three small steps",
    _HELLO,
    "fresh water, a scale, and thirty seconds of patience at the beginning: that is most of it.",
    "Pour twice the weight of the coffee, wait half a minute until it has bloomed, then pour the rest in circles.",
    button=Button("Open the filter guide", "/brew-guides/filter"),
    cards=(
        Card("60 g", "for a litre"),
        Card("94 °C", "just off the boil"),
        Card("3 min", "until it has dripped through"),
    ),
    sign="60 : 1000",
    motto="The filter guide",
    colour="#7d8b5a",
)
ARRIVED = letter(
    "Has your coffee arrived?",
    _HELLO,
    "your first bag should be with you by now. If it is not, or if anything about it is not right, tell us and we make it good.",
    "And if it is: which one are you drinking?",
    button=Button("Tell us what you think", "/about"),
    sign="All well?",
    motto="A quick question",
    colour="#8a6f9e",
)
TEN_PERCENT = letter(
    "10 % off your second bag",
    _HELLO,
    "your first bag must be nearly empty. Here is a small thank-you for the next one: take 10 % off with the code SECOND.",
    "{% if contact.favourite_roast == 'Decaf' %}Slow Sunday, our decaf, has just come out of the roaster."
    "{% elif contact.favourite_roast == 'Filter' %}The new Kenya is here, with blackcurrant and a little rhubarb."
    "{% else %}Night Train is fresh this week, with dark chocolate and roasted hazelnut.{% endif %}",
    button=Button("Choose your second bag", "/shop/coffee"),
    sign="10 % off",
    motto="With the code SECOND, for ten days",
    colour="#c2703d",
)
FREE_SHIPPING = letter(
    "Your second bag travels free",
    _HELLO,
    "your first bag must be nearly empty. The next one is on its way without shipping costs, whatever you choose: the code is FREEPOST.",
    button=Button("Choose your second bag", "/shop/coffee"),
    sign="On us",
    motto="With the code FREEPOST, for ten days",
    colour="#4f7f86",
)
NOT_SURE = letter(
    "Not sure what to try next?",
    _HELLO,
    "answer three questions and we find a coffee that suits you. It takes a minute, and we have not been wrong often.",
    button=Button("Find my coffee", "/shop/coffee"),
    sign="Which one?",
    motto="Three questions",
    colour="#6b5b8c",
)
CART_WAITS = letter(
    "You left something in your basket",
    _HELLO,
    "{{ event['items']|join(', ') }}: it is all still there.",
    "We roast again tomorrow morning; what is ordered before midnight is in it.",
    button=Button("Back to my basket", "/cart"),
    sign="Still here",
    motto="{{ (event.total * 100)|money('EUR') }} in your basket",
    colour="#a66a3c",
)
CART_FREE = letter(
    "We would send this one for free",
    _HELLO,
    "{{ event['items']|join(', ') }}: that is over 40 euros, so shipping is on us.",
    button=Button("Order now", "/cart"),
    sign="Ships free",
    motto="{{ (event.total * 100)|money('EUR') }}, shipping included",
    colour="#4f7f86",
)
CART_LAST = letter(
    "We keep your basket until tonight",
    _HELLO,
    "everything that you chose is still set aside for you. Is there anything that we can help with?",
    button=Button("Order now", "/cart"),
    sign="Until tonight",
    motto="Then the bags go back on the shelf",
    colour="#8c5a4a",
)
MISSED = letter(
    "We have roasted a lot since then",
    _HELLO,
    "it has been two months since your last bag. Meanwhile three new coffees have come in, and one of them could be yours.",
    button=Button("See what is new", "/shop/coffee"),
    cards=(
        Card("Guji natural", "Blueberry, jasmine"),
        Card("Nyeri AA", "Blackcurrant"),
        Card("Huila", "Caramel, red apple"),
    ),
    sign="Long time",
    motto="New since your last visit",
    colour="#7d8b5a",
)
PICKED = letter(
    "Picked for you",
    _HELLO,
    "you had a look, so here is our suggestion{% if contact.favourite_roast %} for somebody who likes {{ contact.favourite_roast|lower }}{% endif %}: "
    "the roast of the month, 13.90 euros, and we put a second little bag beside it.",
    button=Button("Take the roast of the month", "/shop/coffee/ethiopia-guji"),
    sign="For you",
    motto="Roast of the month",
    colour="#c2703d",
)
FIFTEEN = letter(
    "15 % off, if you would like to come back",
    _HELLO,
    "take 15 % off your next order with the code HELLOAGAIN. It is good for a week.",
    button=Button("Come back", "/shop/coffee"),
    sign="15 % off",
    motto="With the code HELLOAGAIN",
    colour="#a4506a",
)
FAREWELL = letter(
    "Shall we stop writing?",
    _HELLO,
    "we do not want to be noise in your inbox. If you would still like to hear from us, press the button; otherwise this was the last one.",
    button=Button("Keep me posted", "/subscription"),
    sign="Goodbye?",
    motto="One question, then we are quiet",
    colour="#6f675d",
)
BIRTHDAY = letter(
    "Happy birthday, {{ contact.first_name or 'friend' }}!",
    "today the coffee is on us: come by the café, or put any 250 g bag into your basket with the code BIRTHDAY.",
    "Have a wonderful day.",
    button=Button("Choose my present", "/shop/coffee"),
    sign="Today!",
    motto="A bag of coffee, for you",
    colour="#c2577b",
)
BIRTHDAY_WAITS = letter(
    "Your present is still here",
    _HELLO,
    "your birthday coffee is good for four more days. The code is BIRTHDAY, as before.",
    button=Button("Choose my present", "/shop/coffee"),
    sign="Still yours",
    motto="Four more days",
    colour="#c2577b",
)
NEWSLETTER = letter(
    "Good to have you here",
    _HELLO,
    "about every two weeks we write about what is in the roaster, where it comes from, and how to brew it.",
    button=Button("Read the latest one", "/brew-guides/filter"),
)
