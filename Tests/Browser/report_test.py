#!/usr/bin/env python3
"""Opens a report in headless Chromium as its readers do.

    Tests/Browser/report_test.py OODML [SCREENSHOT_FOLDER]

OODML is the built command. Needs chromium, chromium-driver and python3-selenium of Debian, which Scripts/test installs.
The page is made from the published splits of glyphs200 with the example model and, so that there are differences to
show, a second model that is worse by a known amount.
"""

import base64
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

OTHER = "a model with a rather long name, for want of a better one"
ROOT = pathlib.Path(__file__).resolve().parents[2]
OODML = None
SCREENSHOTS = None

# Texts that are seen, each with its colour, that of the ground below it, and its size on the screen.
SEEN_TEXTS = """
const channels = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = channels(getComputedStyle(e).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
  }
  return [255, 255, 255];
};
const result = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || element.closest("script, title, option, .skip")) continue;
  if (!element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const svg = element.closest("svg");
  const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  result.push({
    text: walker.currentNode.textContent.trim().slice(0, 40),
    color: channels(svg ? style.fill : style.color).slice(0, 3), ground: ground(element),
    size: parseFloat(style.fontSize) * scale, chosen: element.closest(".segments") !== null,
  });
}
return result;
"""

# Texts of drawings that stick out of them.
CLIPPED = """
const result = [];
for (const text of document.querySelectorAll("svg text")) {
  if (!text.checkVisibility()) continue;
  const [inner, outer] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
  if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1
      || inner.bottom > outer.bottom + 1) result.push(text.textContent);
}
return result;
"""

# What a keyboard can reach, and what screen readers would call it.
CONTROLS = """
return [...document.querySelectorAll("a, button, select, input, summary, [tabindex]")]
  .filter((e) => e.checkVisibility())
  .map((e) => (e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].textContent : "")
    || e.textContent).trim());
"""


def luminance(color):
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def worse(results):
    """The same results with every value lower by a twentieth, so that a second model has its own."""
    if isinstance(results, dict):
        return {
            k: v * 0.95 if k in ("value", "recall@1", "map@r") and isinstance(v, float) else worse(v)
            for k, v in results.items()
        }
    return [worse(v) for v in results] if isinstance(results, list) else results


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="oodml-report-"))
        example = ROOT / "splits/glyphs200/example"
        shutil.copytree(example, cls.folder / "example")
        other = cls.folder / OTHER
        shutil.copytree(example, other)
        (other / "results.json").write_text(json.dumps(worse(json.loads((example / "results.json").read_text()))))
        # It would say that the results were changed.
        (other / "receipt.csv").unlink()
        cls.page = cls.folder / "report.html"
        subprocess.run(
            [OODML, "report", ROOT / "splits/glyphs200", cls.folder / "example", other, "--out", cls.page],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        cls.alone = cls.folder / "alone.html"
        subprocess.run(
            [OODML, "report", ROOT / "splits/glyphs200", "--out", cls.alone], check=True, stdout=subprocess.DEVNULL
        )
        cls.manifest = json.loads((ROOT / "splits/glyphs200/manifest.json").read_text())
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        # No sandbox and no shared memory, since tests may run as root in a container that has little of it.
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
        for argument in arguments:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        shutil.rmtree(cls.folder)

    def open(self, width=1600, scheme="light", scripts=True, page=None):
        command = self.driver.execute_cdp_cmd
        command(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        command("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.driver.get_log("performance")
        self.driver.get((page or self.page).as_uri())

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def eventually(self, found, expected):
        """What a function finds is what is expected, or becomes so within ten seconds."""
        end = time.monotonic() + 10
        while (value := found()) != expected and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(value, expected)

    def screenshot(self, name):
        if SCREENSHOTS:
            height = self.script("return document.documentElement.scrollHeight")
            image = self.driver.execute_cdp_cmd(
                "Page.captureScreenshot",
                {
                    "format": "png",
                    "captureBeyondViewport": True,
                    "clip": {
                        "x": 0,
                        "y": 0,
                        "width": self.script("return innerWidth"),
                        "height": min(height, 16000),
                        "scale": 1,
                    },
                },
            )
            (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(image["data"]))

    def test_nothing_is_said_or_asked_for(self):
        self.open()
        self.assertEqual(self.driver.get_log("browser"), [])
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        self.assertEqual([url for url in asked if not url.startswith("data:")], [self.page.as_uri()])

    def test_it_fits_and_can_be_read_at_any_width_in_light_and_dark(self):
        for width, scheme, page in itertools.product(
            (400, 800, 1200, 1600), ("light", "dark"), (self.page, self.alone)
        ):
            with self.subTest(width=width, scheme=scheme, page=page.stem):
                self.open(width, scheme, page=page)
                self.screenshot(f"{page.stem}-{width}-{scheme}")
                self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), width)
                self.assertEqual(self.script(CLIPPED), [])
                # What is folded away is opened for the rest.
                self.script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
                texts = self.script(SEEN_TEXTS)
                self.assertGreater(len(texts), 1000 if page == self.page else 200)
                for text in texts:
                    self.assertGreaterEqual(contrast(text["color"], text["ground"]), 4.5, text)
                    self.assertGreaterEqual(text["size"], 9, text)
                # A chosen switch is the other way round.
                grounds = {tuple(text["ground"]) for text in texts if not text["chosen"]}
                self.assertTrue(all((luminance(g) > 0.5) == (scheme == "light") for g in grounds), grounds)

    def test_the_structure_is_sound(self):
        self.open()
        ids = self.script("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        self.assertEqual(len(ids), len(set(ids)))
        links = self.script("return [...document.querySelectorAll('a')].map((e) => e.getAttribute('href'))")
        self.assertGreaterEqual(len(links), 7)
        for link in links:
            self.assertIn(link.removeprefix("#"), ids)
        levels = self.script("return [...document.querySelectorAll('h1, h2, h3')].map((e) => Number(e.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        self.assertTrue(all(b <= a + 1 for a, b in itertools.pairwise(levels)), levels)
        images = self.script("""
            document.querySelectorAll("details").forEach((d) => { d.open = true; });
            const images = [...document.querySelectorAll("img")];
            images.forEach((i) => { i.loading = "eager"; });
            return Promise.all(images.map((i) => i.decode())).then(
              () => images.map((i) => [i.alt, i.naturalWidth, i.src.slice(0, 5)]));""")
        self.assertGreater(len(images), 300)
        self.assertTrue(all(alt and width > 0 and source == "data:" for alt, width, source in images))
        drawings = self.script(
            "return [...document.querySelectorAll('svg:not([aria-hidden])')]"
            ".map((e) => [e.getAttribute('role'), e.getAttribute('aria-label')])"
        )
        self.assertGreaterEqual(len(drawings), 5)
        self.assertTrue(all(role == "img" and len(label) > 40 for role, label in drawings))
        self.assertTrue(all(self.script(CONTROLS)), self.script(CONTROLS))

    def test_the_keyboard_reaches_the_content_first(self):
        self.open()
        self.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        first = self.driver.switch_to.active_element
        self.assertEqual(first.get_attribute("href").split("#")[1], "content")
        self.assertGreaterEqual(first.rect["x"], 0)
        seen = []
        for _ in range(40):
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(self.driver.switch_to.active_element.text)
        self.assertIn("Levels", seen)

    # The main chart.

    def results(self, place):
        folder = [self.folder / "example", self.folder / OTHER][place]
        return json.loads((folder / "results.json").read_text())

    def value(self, place, level, gallery, direction, metric, subject="model"):
        scores = self.results(place)["levels"][level]["scores"]
        return scores[gallery][subject][direction]["confidence"][metric]["value"]

    def tip(self):
        """What stands at the crosshair: the heading, and the value of each line by its name."""
        heading, names, values = self.script("""
            const tip = document.querySelector("#explorer-plot .tip");
            if (tip.hidden) return [null, [], []];
            return [tip.querySelector("p").textContent, [...tip.querySelectorAll("span")].map((e) => e.textContent),
              [...tip.querySelectorAll("b")].map((e) => e.textContent)];""")
        return heading, {n: float(v.split(" ")[0].replace("−", "-")) for n, v in zip(names, values, strict=True)}

    def choose(self, name, value):
        control = self.driver.find_element(By.CSS_SELECTOR, f"#explorer-switches [name={name}]")
        if control.tag_name == "select":
            Select(control).select_by_value(value)
        else:
            self.driver.find_element(By.CSS_SELECTOR, f"[name={name}][value={value}]").send_keys(Keys.SPACE)

    def dots(self):
        """The level dots in the window: their numbers and middles."""
        return self.script("""
            document.getElementById("explorer-plot").scrollIntoView({ block: "center" });
            return [...document.querySelectorAll("#explorer-plot g")].map((g) => {
              const box = g.querySelector("circle").getBoundingClientRect();
              return [g.querySelector("text").textContent, box.x + box.width / 2, box.y + box.height / 2];
            }).sort((a, b) => a[1] - b[1]);""")

    def test_what_was_found_comes_first(self):
        self.open()
        found = self.script("return [...document.querySelectorAll('.finding')].map((e) => e.textContent)")
        self.assertGreaterEqual(len(found), 2)
        self.assertIn("9 levels lead the test classes", found[-2])
        self.assertIn("At level-9, the hardest", found[-1])
        described = self.script(
            "return ['[name=description]', '[property=\"og:description\"]']"
            ".map((s) => document.querySelector('meta' + s).content)"
        )
        self.assertEqual(described, [" ".join(found)] * 2)
        # A tile for each model, and all of it within the first screen.
        tiles = self.script(
            "return [...document.querySelectorAll('.tile')].map((e) => e.getBoundingClientRect().bottom)"
        )
        self.assertEqual(len(tiles), 2)
        self.assertLess(max(tiles), 900)
        bottom = self.script("return document.getElementById('explorer-plot').getBoundingClientRect().bottom")
        self.assertLess(bottom, 900)

    def test_the_pointer_shows_the_values_of_the_results(self):
        for width in (400, 1600):
            self.open(width)
            dots = self.dots()
            self.assertEqual([text for text, *_ in dots], [str(n + 1) for n in range(9)])
            for level in (0, 4, 8):
                _, x, y = dots[level]
                self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + 2, "y": y + 60})
                heading, values = self.tip()
                self.assertTrue(heading.startswith(f"level-{level + 1}, distance "), heading)
                self.assertEqual(set(values), {"example", OTHER})
                for place, name in enumerate(["example", OTHER]):
                    lead = self.value(place, level, "catalogue", "mean", "map@r") - self.value(
                        place, level, "catalogue", "mean", "map@r", "backbone"
                    )
                    self.assertAlmostEqual(values[name], lead, delta=0.00056)
                box = self.script(
                    "const b = document.querySelector('.tip').getBoundingClientRect(); return [b.left, b.right];"
                )
                self.assertGreaterEqual(box[0], 0)
                self.assertLessEqual(box[1], width)
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 5, "y": 5})
            self.assertIsNone(self.tip()[0])

    def test_a_touch_shows_the_values_until_another(self):
        self.open(400)
        _, x, y = self.dots()[6]
        touch = self.driver.execute_cdp_cmd
        for at in ((x, y + 80), (5, 5)):
            touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": at[0], "y": at[1]}]})
            touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            heading = self.tip()[0]
            self.assertEqual(heading is not None and heading.startswith("level-7"), at[0] == x)

    def test_the_keyboard_goes_from_level_to_level(self):
        self.open()
        plot = self.driver.find_element(By.ID, "explorer-plot")
        self.assertEqual(plot.get_attribute("role"), "slider")
        for keys, level in (
            ([Keys.ARROW_RIGHT], 1),
            ([Keys.ARROW_RIGHT] * 2, 3),
            ([Keys.ARROW_LEFT], 2),
            ([Keys.END], 9),
            ([Keys.ARROW_RIGHT], 9),
            ([Keys.HOME], 1),
        ):
            plot.send_keys(*keys)
            self.assertEqual(plot.get_attribute("aria-valuenow"), str(level))
            self.assertIn(f"level-{level}, distance", plot.get_attribute("aria-valuetext"))
            self.assertTrue(self.tip()[0].startswith(f"level-{level},"))
        plot.send_keys(Keys.ESCAPE)
        self.assertIsNone(self.tip()[0])

    def test_the_switches_choose_what_is_drawn(self):
        self.open()
        plot = self.driver.find_element(By.ID, "explorer-plot")
        self.assertEqual(self.driver.find_element(By.ID, "explorer-title").text, "MAP@R: gain over the frozen features")
        self.choose("show", "score")
        self.choose("metric", "recall@1")
        self.choose("gallery", "full")
        self.assertEqual(self.driver.find_element(By.ID, "explorer-title").text, "Recall@1")
        self.assertIn("protocol of the paper", self.driver.find_element(By.ID, "explorer-caption").text)
        for direction in ("forward", "reverse", "mean"):
            self.choose("direction", direction)
            plot.send_keys(Keys.END)
            _, values = self.tip()
            self.assertEqual(set(values), {"example", OTHER, "frozen features"})
            expected = self.value(0, 8, "full", direction, "recall@1")
            self.assertAlmostEqual(values["example"], expected, delta=0.00056)
            frozen = self.value(0, 8, "full", direction, "recall@1", "backbone")
            self.assertAlmostEqual(values["frozen features"], frozen, delta=0.00056)
            cells = self.script(
                "return [...document.querySelectorAll('#explorer-table tbody tr')].map((r) => r.cells[2].textContent)"
            )
            self.assertAlmostEqual(float(cells[8].split(" ")[0]), expected, delta=0.00056)
        # What the catalogue lacks cannot be chosen together with it.
        self.choose("direction", "reverse")
        self.choose("gallery", "catalogue")
        self.assertTrue(self.script("return document.querySelector('[name=direction][value=mean]').checked"))
        plot.send_keys(Keys.HOME)
        self.assertAlmostEqual(
            self.tip()[1]["example"], self.value(0, 0, "catalogue", "mean", "recall@1"), delta=0.00056
        )
        # Over the excess, the axis is another and the values are the same.
        before = self.dots()
        self.choose("axis", "excess")
        self.assertEqual(len(self.dots()), len(before))
        plot.send_keys(Keys.END)
        self.assertIn("above random sides", self.tip()[0])
        # No line is left out of the drawing, and each is where its axis says.
        lines = "return document.querySelectorAll('#explorer-plot > svg polyline').length"
        self.assertEqual(self.script(lines), 3)
        self.driver.find_elements(By.CSS_SELECTOR, "#explorer-legend button")[1].send_keys(Keys.ENTER)
        self.assertEqual(self.script(lines), 2)
        plot.send_keys(Keys.END)
        self.assertNotIn(OTHER, self.tip()[1])

    def test_axes_end_where_the_data_end(self):
        self.open()
        plot = self.script("""
            const svg = document.querySelector("#explorer-plot svg");
            const axis = svg.querySelector("line.axis");
            const marks = [...svg.querySelectorAll("path.mark")]
              .map((m) => Number(m.getAttribute("transform").match(/[\\d.]+/)[0]));
            const ends = ["x1", "x2"].map((name) => Number(axis.getAttribute(name)));
            return [...ends, Math.min(...marks), Math.max(...marks)];""")
        self.assertAlmostEqual(plot[0], plot[2])
        self.assertAlmostEqual(plot[1], plot[3])

    def test_the_hardest_level_is_open_and_links_open_others(self):
        self.open()
        opened = "return [...document.querySelectorAll('.card')].map((e) => e.open)"
        self.assertEqual(self.script(opened), [False] * 8 + [True])
        self.driver.find_elements(By.CSS_SELECTOR, ".strip a")[2].send_keys(Keys.ENTER)
        # The browser follows a link, and says so to the page, in its own time.
        self.eventually(lambda: self.script(opened), [False] * 2 + [True] + [False] * 5 + [True])

    def test_on_paper(self):
        self.open(800)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), 800)
        for selector in ("nav", "#explorer-switches"):
            self.assertFalse(self.script("return document.querySelector(arguments[0]).checkVisibility()", selector))
        self.assertTrue(self.script("return document.querySelector('#explorer-plot svg').checkVisibility()"))
        ground = self.script("return getComputedStyle(document.body).backgroundColor")
        self.assertEqual(ground, "rgb(255, 255, 255)")

    def test_the_map_shows_every_level(self):
        self.open()
        choice = Select(self.driver.find_element(By.ID, "map-level"))
        self.assertEqual(len(choice.options), len(self.manifest["levels"]))
        for number, level in enumerate(self.manifest["levels"]):
            choice.select_by_index(number)
            counts = [len(level[side]) for side in ("train", "test", "removed")]
            self.assertEqual(
                self.driver.find_element(By.ID, "map-counts").text,
                "{} train, {} test and {} removed classes".format(*counts),
            )
            sides = self.script("""
                return [...document.querySelectorAll("#map .wide g.classes path")]
                  .map((p) => [p.querySelector("title").textContent, p.getAttribute("fill")]);""")
            expected = {f"{label}: {side}" for side in ("train", "test", "removed") for label in level[side]}
            self.assertEqual({title for title, _ in sides}, expected)
            frames = self.script("""
                return [...document.querySelectorAll("#map .wide g.pictures > g")].map((g) =>
                  [g.querySelector("title").textContent, [...g.querySelector(".frame").classList].pop()]);""")
            self.assertGreater(len(frames), 20)
            self.assertTrue(all(title.endswith(f": {side}") and title in expected for title, side in frames))
            colors = {(title.rsplit(": ", 1)[1], fill) for title, fill in sides}
            self.assertEqual(len(colors), sum(count > 0 for count in counts))

    def test_the_table_of_classes_sorts_and_filters(self):
        self.open()

        def column(number):
            return self.script(
                "return [...document.querySelectorAll('#class-table tbody tr')]"
                ".map((r) => r.children[arguments[0]].textContent)",
                number,
            )

        def numbers(number):
            return [float(text.replace("−", "-")) for text in column(number) if text != "–"]

        self.assertEqual(len(column(0)), 200)
        self.assertEqual(numbers(2), sorted(numbers(2)))
        for number in range(6):
            button = self.driver.find_elements(By.CSS_SELECTOR, "#class-table th button")[number]
            for descending in (False, True):
                button.send_keys(Keys.ENTER)
                header = self.driver.find_elements(By.CSS_SELECTOR, "#class-table thead th")[number]
                self.assertEqual(header.get_attribute("aria-sort"), "descending" if descending else "ascending")
                found = numbers(number) if number else column(0)
                self.assertEqual(found, sorted(found, reverse=descending))
        level = self.manifest["levels"][-1]
        Select(self.driver.find_element(By.ID, "class-level")).select_by_visible_text(level["id"])
        self.assertEqual(set(column(0)), set(level["train"] + level["test"]))
        self.driver.find_element(By.ID, "class-filter").send_keys("GREEK/")
        greek = [label for label in level["train"] + level["test"] if label.startswith("greek/")]
        self.assertEqual(sorted(column(0)), sorted(greek))
        self.assertEqual(self.driver.find_element(By.ID, "class-count").text, f"{len(greek)} of {len(greek)} classes")

    def test_the_table_agrees_with_the_file(self):
        self.open()
        Select(self.driver.find_element(By.ID, "class-level")).select_by_visible_text("level-9")
        rows = [line.split(",") for line in (self.folder / "example/per-class.csv").read_text().splitlines()[1:]]
        expected = {row[2]: (int(row[3]), float(row[4])) for row in rows if row[0] == "level-9"}
        shown = self.script(
            "return [...document.querySelectorAll('#class-table tbody tr')]"
            ".map((r) => [...r.children].map((c) => c.textContent))"
        )
        self.assertEqual(len(shown), len(expected))
        for label, queries, recall, *_ in shown:
            self.assertEqual(int(queries), expected[label][0])
            self.assertAlmostEqual(float(recall), expected[label][1], delta=0.00056)

    def test_without_scripts_all_is_there_but_the_controls(self):
        self.open(scripts=False)
        source = self.driver.page_source
        self.assertIn("arabic/u0646-noon", source)
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertEqual(self.script("return document.querySelectorAll('#class-table tbody tr').length"), 200)
        self.assertFalse(self.script("return document.getElementById('class-controls').checkVisibility()"))
        self.assertFalse(self.script("return document.getElementById('map-controls').checkVisibility()"))
        self.assertFalse(self.script("return document.getElementById('explorer-switches').checkVisibility()"))
        # The first choice is drawn, with all levels and both models.
        self.assertEqual(
            self.script("return document.querySelectorAll('#explorer-plot .wide polyline.line').length"), 4
        )
        self.assertEqual(self.script("return document.querySelectorAll('#explorer-plot .wide circle.dot').length"), 9)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(f"{sys.argv[0]}: expected the path of the built oodml, and optionally a folder for screenshots")
    OODML = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) == 3:
        SCREENSHOTS = pathlib.Path(sys.argv[2])
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
