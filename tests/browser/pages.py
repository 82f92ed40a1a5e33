"""Opens pages in headless Chromium and checks what a reader sees. Prints a line a check: `ok NAME` or `failed NAME: why`.

    python pages.py DIRECTORY

The directory has the pages, written by tests/browser.rs. Screenshots go beside them.
"""

import pathlib
import re
import shutil
import sys

from playwright.sync_api import sync_playwright

DIRECTORY = pathlib.Path(sys.argv[1])
# Nothing of the browser's own goes to the network.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


class Page:
    """A page, with all that it asked for, said and got wrong."""

    def __init__(self, browser, name, width=1440, height=900, **options):
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.page = self.context.new_page()
        self.requests, self.trouble = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        self.page.on("dialog", lambda dialog: (self.trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.name = name
        self.url = (DIRECTORY / name).as_uri()
        self.page.goto(self.url)

    def shot(self, name, whole=False):
        self.page.screenshot(path=DIRECTORY / f"{name}.png", full_page=whole)

    def now(self):
        """The steps that are shown, a run each."""
        return self.page.eval_on_selector_all(".run .steps > li.now h4", "all => all.map(one => one.textContent)")

    def marks(self):
        """Of the row that is shown in each run, whether the watched fact holds."""
        script = "all => all.map(one => one.querySelector('.holds') ? true : one.querySelector('.lacks') ? false : null)"
        return self.page.eval_on_selector_all(".run g.step.now", script)

    def wider_than_window(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def settled(self):
        """What every page has to keep: nothing fetched, nothing said, nothing wrong."""
        assert self.requests == [self.url], f"requests: {self.requests}"
        assert not self.trouble, self.trouble
        self.context.close()


def marriage_steps(browser):
    page = Page(browser, "marriage.html")
    assert page.page.title().startswith("diffluent: "), page.page.title()
    assert page.marks() == [True, False], f"the runs end differently, shown at first: {page.marks()}"
    page.page.keyboard.press("Home")
    assert page.now() == ["n1:1", "n1:1"], page.now()
    page.page.keyboard.press("d")
    assert page.now() == ["n1:2", "n1:2"], page.now()
    assert page.marks() == [True, False], f"where they part: {page.marks()}"
    only = page.page.eval_on_selector_all(".run .steps > li.now .only code", "all => all.map(one => one.textContent)")
    assert "runaway(#n1)" in only and "i_do(#n1, groom)" in only, only
    page.shot("marriage-parts")
    page.page.keyboard.press("ArrowLeft")
    assert page.now() == ["n1:1", "n1:1"], page.now()
    page.page.keyboard.press("ArrowLeft")
    assert page.now() == ["n1:1", "n1:1"], "before the first step there is none"
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    assert page.now() == ["n1:3", "n1:3"], page.now()
    page.page.keyboard.press("End")
    assert page.now() == ["n1:4", "n1:3"], f"the shorter run goes round its loop: {page.now()}"
    assert page.marks() == [True, False], f"at the end: {page.marks()}"
    page.shot("marriage", whole=True)
    page.settled()


def marriage_buttons_and_pointer(browser):
    page = Page(browser, "marriage.html")
    page.page.get_by_role("button", name="first").click()
    assert page.now() == ["n1:1", "n1:1"], page.now()
    page.page.get_by_role("button", name="where they part").click()
    assert page.now() == ["n1:2", "n1:2"], page.now()
    row = page.page.locator(".run.one g.step").nth(0)
    row.hover()
    assert page.now() == ["n1:1", "n1:2"], f"hovering shows a step of that run: {page.now()}"
    why = page.page.locator(".run.one .steps > li.now .why").first.text_content()
    assert "rule" in why or why == "given", why
    page.page.mouse.move(2, 2)
    assert page.now() == ["n1:2", "n1:2"], page.now()
    page.page.locator(".run.two g.step").nth(2).click()
    assert page.now()[1] == "n1:3", page.now()
    page.page.locator("#why a[href^='#run-1-step-']").first.click()
    shown = page.now()[0]
    assert page.page.url.endswith("#run-1-step-" + shown.split(":")[1]), (shown, page.page.url)
    assert len(page.requests) == 1 and not page.trouble, (page.requests, page.trouble)
    page.context.close()


def dark_and_light_differ(browser):
    colours = {}
    for scheme in ["light", "dark"]:
        page = Page(browser, "marriage.html", color_scheme=scheme)
        script = """() => ['body', 'h1', '.picture .line', '.note'].map(one => getComputedStyle(document.querySelector(one)))
            .map(style => [style.color, style.fill, style.backgroundColor])"""
        colours[scheme] = page.page.evaluate(script)
        ratio = page.page.evaluate("""() => {
            const level = (text) => { const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map(c => c / 255)
                .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const paper = level(getComputedStyle(document.body).backgroundColor);
            const of = (text) => { const ink = level(text);
                return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05); };
            const pick = (one, what) => getComputedStyle(document.querySelector(one))[what];
            return Math.min(of(pick('body', 'color')), of(pick('.note', 'color')), of(pick('h1', 'color')), of(pick('a', 'color')),
                of(pick('.picture .line', 'fill')), of(pick('.run.one .only code', 'color')), of(pick('.run.two .only code', 'color')));
        }""")
        assert ratio >= 4.5, f"{scheme}: the least contrast of texts is {ratio:.2f}"
        page.shot(f"marriage-{scheme}")
        page.settled()
    assert colours["light"] != colours["dark"], colours


def zoomed_to_200_percent(browser):
    # A browser at 200 % gives a page half the window.
    page = Page(browser, "marriage.html", width=720, height=450, device_scale_factor=2)
    assert page.wider_than_window() <= 0, f"{page.wider_than_window()} px too wide"
    page.page.keyboard.press("d")
    assert page.now() == ["n1:2", "n1:2"], page.now()
    page.shot("marriage-200-percent")
    page.shot("marriage-200-percent-whole", whole=True)
    page.settled()


def without_scripts(browser):
    page = Page(browser, "marriage.html", java_script_enabled=False)
    assert page.page.locator(".stepper").is_hidden(), "buttons that do nothing"
    assert page.page.locator(".run .steps > li").count() == 7
    for step in page.page.locator(".run .steps > li").all():
        assert step.is_visible(), "without scripts all steps are told"
    assert page.page.locator(".run svg.picture:not(.heads)").count() == 2
    page.shot("marriage-without-scripts", whole=True)
    page.settled()


def on_paper(browser):
    page = Page(browser, "marriage.html")
    page.page.emulate_media(media="print")
    assert page.page.locator(".stepper").is_hidden()
    for step in page.page.locator(".run .steps > li").all():
        assert step.is_visible(), "on paper all steps are told"
    page.page.pdf(path=DIRECTORY / "marriage.pdf")
    page.settled()
    # The width of an A4 page within its margins.
    for name in ["marriage.html", "wide.html", "violated.html"]:
        page = Page(browser, name, width=718, height=1040)
        page.page.emulate_media(media="print")
        cut = page.page.evaluate("""() => [...document.querySelectorAll('.run')].flatMap(run => [...run.querySelectorAll('svg:not(.heads)')]
            .filter(svg => svg.getBoundingClientRect().right > run.getBoundingClientRect().right + 1)).length""")
        assert cut == 0, f"{name}: {cut} pictures are cut"
        size = page.page.evaluate("""() => Math.min(...[...document.querySelectorAll('.run .picture .line')]
            .map(text => 12 * text.getBoundingClientRect().height / text.getBBox().height))""")
        assert size >= 8, f"{name}: the text beside the lifelines is {size:.1f} px high on paper"
        assert page.wider_than_window() <= 0, f"{name}: {page.wider_than_window()} px too wide for paper"
        page.shot(name.removesuffix(".html") + "-paper", whole=True)
        page.settled()


def symbols_are_text(browser):
    for name in sorted(path.name for path in DIRECTORY.glob("scripted*.html")):
        page = Page(browser, name)
        for key in ["Home", "d", "ArrowRight", "End"]:
            page.page.keyboard.press(key)
        page.page.locator("g.step").first.hover()
        assert page.page.title() != "taken"
        assert page.page.locator("script").count() == 1, "one script, the page's own"
        assert page.page.locator("img, iframe, object, embed, svg [onload], [onerror], a[href^='javascript']").count() == 0
        text = page.page.locator("#program").text_content()
        assert "<script>document.title='taken'</script>" in text, "it is shown as it is written"
        page.shot(name.removesuffix(".html"))
        page.settled()


def nothing_else_may_run(browser):
    page = Page(browser, "marriage.html")
    page.page.evaluate("""() => {
        const script = document.createElement('script'); script.textContent = 'document.title = "taken"'; document.body.append(script);
        const image = new Image(); image.src = 'https://example.invalid/x.png'; document.body.append(image); }""")
    page.page.wait_for_timeout(100)
    assert page.page.title() != "taken", "the policy lets a foreign script run"
    assert any("Content Security Policy" in line for line in page.trouble), page.trouble
    page.context.close()


def sixty_steps_on_six_nodes(browser):
    page = Page(browser, "wide.html")
    steps = page.page.eval_on_selector_all(".run", "all => all.map(one => Number(one.dataset.steps))")
    lifelines = page.page.locator(".run.one .lifeline").count()
    assert lifelines == 6 and sum(steps) >= 60, (lifelines, steps)
    size = page.page.evaluate("""() => { const text = document.querySelector('.run .picture .line');
        return text.getBoundingClientRect().height / (text.getBBox().height / 12); }""")
    assert size >= 9, f"the text beside the lifelines is {size:.1f} px high"
    crossing = page.page.evaluate("""() => [...document.querySelectorAll('.run')].flatMap(run => {
        const boxes = [...run.querySelectorAll('text.line')].map(text => text.getBBox());
        return boxes.slice(1).filter((box, index) => box.y < boxes[index].y + boxes[index].height * 0.7); }).length""")
    assert crossing == 0, f"{crossing} lines of text over others"
    for _ in range(8):
        page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("d")
    visible = page.page.evaluate("""() => [...document.querySelectorAll('.run')].every(run => {
        const row = run.querySelector('g.step.now').getBoundingClientRect(), frame = run.querySelector('.scroll').getBoundingClientRect();
        return row.top >= frame.top - 1 && row.bottom <= frame.bottom + 1 && row.bottom <= innerHeight && row.top >= 0; })""")
    assert visible, "the step that is shown is scrolled out of sight"
    page.shot("wide")
    page.shot("wide-whole", whole=True)
    page.settled()
    page = Page(browser, "wide.html", width=1920, height=1080)
    page.page.keyboard.press("d")
    page.shot("wide-1920")
    page.settled()


def other_pages_open(browser):
    for name in ["violated.html", "faults.html", "coordinate.html", "explored.html", "replayed.html", "async.html", "bound.html"]:
        page = Page(browser, name)
        assert page.page.locator("h1").count() == 1 and page.page.locator("main section").count() >= 2, name
        targets = page.page.eval_on_selector_all("a[href^='#']", "all => all.filter(one => !document.getElementById(one.getAttribute('href').slice(1))).map(one => one.outerHTML)")
        assert not targets, f"{name}: links that lead nowhere: {targets[:3]}"
        twice = page.page.evaluate("""() => { const all = [...document.querySelectorAll('[id]')].map(one => one.id);
            return all.filter((id, index) => all.indexOf(id) !== index); }""")
        assert not twice, f"{name}: names that stand twice: {twice[:3]}"
        assert page.wider_than_window() <= 0, f"{name}: {page.wider_than_window()} px too wide"
        page.page.keyboard.press("Home")
        page.page.keyboard.press("ArrowRight")
        page.shot(name.removesuffix(".html"), whole=True)
        page.settled()
    page = Page(browser, "faults.html")
    page.page.keyboard.press("Home")
    assert re.fullmatch("round 1", page.now()[0]), page.now()
    page.settled()


CHECKS = [
    marriage_steps, marriage_buttons_and_pointer, dark_and_light_differ, zoomed_to_200_percent, without_scripts, on_paper,
    symbols_are_text, nothing_else_may_run, sixty_steps_on_six_nodes, other_pages_open,
]


def main():
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for check in CHECKS:
            try:
                check(browser)
                print(f"ok {check.__name__}")
            except Exception as error:  # a check that cannot be made has failed
                failed += 1
                print(f"failed {check.__name__}: {type(error).__name__}: {error}")
        browser.close()
    print(f"{len(CHECKS)} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
