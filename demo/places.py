"""Where the contacts of the demo live, and what people are called there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    """First and last names that go together."""

    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """`share` of all contacts live here. `phone` is a prefix whose numbers are kept free for stories, with the digits to add."""

    country: str
    city: str
    zone: str
    share: float
    culture: str
    phone: tuple[str, int] | None = None


def _culture(first: str, last: str) -> Culture:
    return Culture(tuple(first.split()), tuple(last.split()))


CULTURES = {
    "german": _culture(
        "Anna Lena Julia Katharina Sophie Marie Hannah Emma Clara Johanna Franziska Greta Ida Frieda Paula Nele Charlotte Miriam"
        " Jonas Lukas Felix Max Paul Leon Moritz Jakob Anton Emil Theo Oskar Johannes Sebastian Tobias Matthias Philipp Niklas",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder Neumann"
        " Schwarz Zimmermann Braun Krüger Hartmann Lange Werner Krause Lehmann Köhler Maier Vogel Friedrich Keller Günther Roth Seidel",
    ),
    "turkish": _culture(
        "Elif Zeynep Ayşe Merve Defne Selin Ece Emre Can Mert Kerem Deniz Baran Aylin",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Aydın Öztürk Arslan Doğan Koç",
    ),
    "arabic": _culture(
        "Layla Amira Nour Yasmin Salma Rania Omar Karim Youssef Tariq Sami Idris Hassan",
        "Haddad Nasser Khalil Mansour Aziz Rahman Saleh Farouk Bensaid Amrani",
    ),
    "vietnamese": _culture(
        "Linh Mai Thu Lan Minh Huy Khoa Tuan Bao", "Nguyen Tran Le Pham Hoang Vu Dang Bui"
    ),
    "dutch": _culture(
        "Sanne Fleur Lotte Anouk Femke Eva Daan Bram Sem Thijs Lars Ruben Jesse Niels",
        "Jansen Bakker Visser Smit Mulder Bos Vos Peters Hendriks Dekker Brouwer Kok",
    ),
    "french": _culture(
        "Camille Léa Manon Chloé Inès Zoé Juliette Élise Hugo Louis Jules Théo Antoine Bastien Rémi",
        "Martin Bernard Dubois Moreau Laurent Lefèvre Fournier Girard Bonnet Mercier Garnier Rousseau",
    ),
    "british": _culture(
        "Olivia Amelia Isla Poppy Freya Imogen Harriet Oliver George Harry Alfie Callum Rory Ewan Priya Zara",
        "Smith Jones Taylor Brown Williams Wilson Davies Evans Thomas Roberts Campbell Murphy Patel Khan Hughes",
    ),
    "nordic": _culture(
        "Astrid Freja Ingrid Signe Sofia Linnea Maja Elsa Lars Nils Mikkel Emil Axel Oskar Johan Tomás",
        "Andersson Johansson Lindqvist Nilsson Berg Hansen Jensen Sørensen Larsen Holm Lund Virtanen Dahl",
    ),
    "polish": _culture(
        "Zofia Maja Aleksandra Kinga Agnieszka Ewa Jakub Szymon Mateusz Tomasz Piotr Kacper",
        "Nowak Wójcik Kowalczyk Mazur Kaczmarek Krawczyk Pawlak Dudek Wieczorek Sikora",
    ),
    "spanish": _culture(
        "Lucía Carmen Marta Paula Alba Inés Sara Diego Pablo Álvaro Javier Mateo Hugo Sergio",
        "García Fernández López Martínez Sánchez Ruiz Moreno Navarro Romero Torres Ortega",
    ),
    "italian": _culture(
        "Giulia Chiara Francesca Martina Alice Elena Luca Matteo Andrea Davide Lorenzo Marco",
        "Rossi Russo Ferrari Bianchi Romano Gallo Conti Marino Greco Rizzo Moretti",
    ),
    "portuguese": _culture(
        "Beatriz Mariana Inês Leonor Rita João Tiago Rui Miguel Rafael Noah",
        "Silva Santos Ferreira Pereira Costa Oliveira Carvalho Almeida",
    ),
    "american": _culture(
        "Emily Grace Madison Ava Chloe Maya Ethan Mason Logan Jordan Caleb Tyler Sierra Aaliyah",
        "Johnson Miller Davis Garcia Rodriguez Anderson Walker Young Nguyen Carter Reed Brooks",
    ),
    "japanese": _culture(
        "Yuki Haruka Aoi Sakura Rin Kenji Haruto Ren Daichi Sota",
        "Sato Suzuki Takahashi Tanaka Ito Nakamura Kobayashi",
    ),
    "indian": _culture(
        "Priya Ananya Isha Kavya Meera Arjun Rohan Vikram Aditya Dev",
        "Sharma Patel Gupta Iyer Reddy Kapoor Mehta Nair",
    ),
    "ukrainian": _culture(
        "Olena Kateryna Daryna Iryna Andriy Dmytro Taras Bohdan",
        "Shevchenko Kovalenko Bondarenko Tkachenko Melnyk",
    ),
    "ghanaian": _culture(
        "Ama Efua Abena Akosua Kofi Kwame Yaw Kojo", "Mensah Owusu Boateng Asante Appiah Osei"
    ),
}

PLACES = (
    Place("Germany", "Berlin", "Europe/Berlin", 25, "german", ("+493023125", 3)),
    Place("Germany", "Hamburg", "Europe/Berlin", 6, "german", ("+494066969", 3)),
    Place("Germany", "Munich", "Europe/Berlin", 5, "german", ("+498999998", 3)),
    Place("Germany", "Cologne", "Europe/Berlin", 4, "german", ("+4922147109", 2)),
    Place("Germany", "Leipzig", "Europe/Berlin", 4, "german"),
    Place("Germany", "Freiburg", "Europe/Berlin", 2, "german"),
    Place("Austria", "Vienna", "Europe/Vienna", 5, "german"),
    Place("Austria", "Graz", "Europe/Vienna", 1.5, "german"),
    Place("Switzerland", "Zurich", "Europe/Zurich", 4, "german"),
    Place("Switzerland", "Geneva", "Europe/Zurich", 1, "french"),
    Place("Netherlands", "Amsterdam", "Europe/Amsterdam", 4, "dutch"),
    Place("Netherlands", "Utrecht", "Europe/Amsterdam", 2, "dutch"),
    Place("Belgium", "Ghent", "Europe/Brussels", 1.5, "dutch"),
    Place("France", "Paris", "Europe/Paris", 3.5, "french", ("+33199005", 3)),
    Place("France", "Lyon", "Europe/Paris", 2, "french"),
    Place("United Kingdom", "London", "Europe/London", 4, "british", ("+442079460", 3)),
    Place("United Kingdom", "Edinburgh", "Europe/London", 1.5, "british", ("+441314960", 3)),
    Place("Ireland", "Dublin", "Europe/Dublin", 1.5, "british", ("+353209109", 2)),
    Place("Denmark", "Copenhagen", "Europe/Copenhagen", 2.5, "nordic"),
    Place("Sweden", "Gothenburg", "Europe/Stockholm", 2, "nordic"),
    Place("Finland", "Helsinki", "Europe/Helsinki", 1, "nordic"),
    Place("Poland", "Kraków", "Europe/Warsaw", 2.5, "polish"),
    Place("Spain", "Barcelona", "Europe/Madrid", 2.5, "spanish"),
    Place("Spain", "Valencia", "Europe/Madrid", 1, "spanish"),
    Place("Italy", "Bologna", "Europe/Rome", 2, "italian"),
    Place("Italy", "Turin", "Europe/Rome", 1.5, "italian"),
    Place("Portugal", "Lisbon", "Europe/Lisbon", 1.5, "portuguese"),
    Place("United States", "New York", "America/New_York", 2, "american", ("+121255501", 2)),
    Place("United States", "Portland", "America/Los_Angeles", 1.2, "american", ("+150355501", 2)),
    Place("Canada", "Toronto", "America/Toronto", 1, "american", ("+141655501", 2)),
    Place("Japan", "Tokyo", "Asia/Tokyo", 1, "japanese"),
    Place("India", "Bengaluru", "Asia/Kolkata", 0.8, "indian"),
    Place("Australia", "Melbourne", "Australia/Melbourne", 1, "british", ("+6137010", 4)),
    Place("Brazil", "São Paulo", "America/Sao_Paulo", 0.8, "portuguese"),
    Place("Ghana", "Accra", "Africa/Accra", 0.4, "ghanaian"),
)

ELSEWHERE = (
    "turkish", "arabic", "vietnamese", "polish", "ukrainian", "indian", "italian", "spanish", "french", "british", "american",
    "ghanaian", "japanese", "portuguese", "nordic", "german",
)  # fmt: skip
"""Whence people have come who were not born where they live."""
