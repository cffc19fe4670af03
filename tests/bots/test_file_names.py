"""Names of files that may name somebody are told from those that name a thing."""

from datetime import date

import pytest

from indaba.conversation.commands.file_names import may_name_somebody, name_of_its_kind
from indaba.conversation.wording import Wording

NAMING = {
    "Thandi Mokoena grade 4.docx": "Thandi Mokoena",
    "Report - Sipho Dlamini.pdf": "Sipho Dlamini",
    "Sipho Dlamini Report.pdf": "Sipho Dlamini",
    "SIPHO DLAMINI.pdf": "SIPHO DLAMINI",
    "report_Sipho_Dlamini_2026.pdf": "Sipho Dlamini",
    "ThandiMokoena.jpg": "Thandi Mokoena",
    "Mokoena, Thandi.docx": "Mokoena Thandi",
    "Pieter van der Merwe.docx": "Pieter Merwe",
    "Marks Xolisile Ngwenya term 2.xlsx": "Xolisile Ngwenya",
    "Graad 4 verslag Annelize Botha.docx": "Annelize Botha",
    "Progress report Yolanda Khumalo-Smith.pdf": "Yolanda Khumalo",
    "Letter to Zodwa Khoza.docx": "Zodwa Khoza",
    "IEP Kwanda Mabaso.docx": "Kwanda Mabaso",
    "Fractions - Lerato Molefe.pptx": "Lerato Molefe",
    "Grade 4 class list.xlsx": "class list",
    "learner names grade 4.xlsx": "learner names",
    "Learners' names.docx": "Learners' names",
    "Klaslys graad 4.xlsx": "Klaslys",
    "pupils_list.csv": "pupils_list",
}
THINGS = """
Fractions Workbook Grade 4.pdf
West Coast Minutes.docx
Natural Sciences Grade 4 Term 2.pdf
Grade 4 Learner Book.pdf
Learner Book Mathematics Grade 4.pdf
Teacher Guide Grade 4.pdf
Annual Teaching Plan 2026.docx
CAPS ATP EMS Grade 7.pdf
Life Skills Foundation Phase.pdf
Western Cape District Report.pdf
Eastern Cape Holiday Programme 2026.pdf
KwaZulu Natal School Calendar.pdf
Nelson Mandela Day Activities.pdf
Marie Curie Lesson.pptx
Home Language Assessment Rubric.docx
Wiskunde Werkboek Graad 4.pdf
Lewens Vaardighede Graad 3.pdf
Vraestelle Graad 6 Junie 2026.pdf
Reading Circle Guide.pdf
How To Teach Fractions.pdf
Bottle Tops Lesson Plan.docx
bottle tops.pdf
wall chart.jpg
IMG_20261130_101500.jpg
IMG-20261130-WA0004.jpg
Screenshot 2026-11-30 at 10.15.00.png
WhatsApp Image 2026-11-30.jpeg
Scan 2026-11-30.pdf
Meeting Notes March 2026.docx
Minutes January.docx
Rural Signal Gathering Toolkit.pdf
Rainbow Nation Poster.pdf
The Book Wagon.pdf
Stories On The Phone.pdf
Past Exam Papers November 2025.zip
NSC Examination Report.pdf
Diagnostic Report Mathematics.pdf
Progress Report Template.docx
Report Card Template Grade 4.docx
Behaviour Policy.pdf
Student Portfolio Guidelines.pdf
Code of Conduct.pdf
Letter To Parents.docx
Feedback Form.docx
Certificate Template.pptx
Marking Guidelines Paper 2.pdf
Interview Questions.docx
Heritage Day Songs.mp3
Solar System Poster.png
Water Cycle Diagram.png
Multiplication Tables.pdf
PowerPoint Slides Fractions.pptx
Budget 2026.xlsx
Timetable Term 3.xlsx
isiXhosa Reader.pdf
Sesotho Home Language Paper 1.pdf
Early Learning Programme.pdf
Growing Tomatoes.pdf
Ancient Egypt Assessment Grade 5.pdf
Road Safety Grade 1.pdf
Healthy Food Choices.pdf
file
""".strip().splitlines()


@pytest.mark.parametrize(("name", "part"), NAMING.items())
def test_a_name_that_may_be_somebodys_is_found(name: str, part: str) -> None:
    assert may_name_somebody(name) == part


@pytest.mark.parametrize("name", THINGS)
def test_the_name_of_a_thing_is_nobodys(name: str) -> None:
    assert may_name_somebody(name) == ""


@pytest.mark.parametrize(
    ("media_type", "name", "other"),
    [
        ("image/jpeg", "Thandi Mokoena.JPG", "picture 2026-11-30.JPG"),
        ("video/mp4", "Thandi Mokoena.mp4", "film 2026-11-30.mp4"),
        ("audio/ogg", "Thandi Mokoena.ogg", "recording 2026-11-30.ogg"),
        ("application/pdf", "report.Thandi Mokoena", "document 2026-11-30"),
    ],
)
def test_another_name_says_the_kind_and_the_day_alone(
    media_type: str, name: str, other: str
) -> None:
    day = date(2026, 11, 30)

    assert name_of_its_kind(media_type, name, day, Wording()) == other
    assert may_name_somebody(other) == ""
