"use strict";
// Steps through the runs of each block of pictures. A run with a loop goes round it for ever; a block is at one position in all its runs.
const blocks = [...document.querySelectorAll(".runs")].map((element) => {
  const runs = [...element.querySelectorAll(".run")].map((run) => ({
    steps: Number(run.dataset.steps),
    loop: run.dataset.loop === undefined ? null : Number(run.dataset.loop),
    rows: [...run.querySelectorAll("g.step")],
    messages: [...run.querySelectorAll("g.message")],
    told: [...run.querySelectorAll(".steps > li")],
  }));
  const last = Math.max(...runs.map((run) => run.steps)) - 1;
  return { element, runs, last, at: last, parts: element.dataset.parts === undefined ? null : Number(element.dataset.parts) };
});

// The step of a run at a position.
const stepAt = (run, at) => {
  if (at < run.steps) return at;
  return run.loop === null ? run.steps - 1 : run.loop + ((at - run.loop) % (run.steps - run.loop));
};

const tell = (run, step) => run.told.forEach((told, index) => told.classList.toggle("now", index === step));

const show = (block, scroll) => {
  const names = block.runs.map((run) => {
    const step = stepAt(run, block.at);
    const round = block.at >= run.steps;
    run.rows.forEach((row, index) => {
      row.classList.toggle("now", index === step);
      row.classList.toggle("later", !round && index > step);
    });
    run.messages.forEach((message) => {
      const sent = Number(message.dataset.sent);
      message.classList.toggle("later", !round && sent > step);
      message.classList.toggle("now", message.dataset.delivered === String(step));
    });
    tell(run, step);
    if (scroll && run.rows[step]) run.rows[step].scrollIntoView({ block: "nearest", inline: "nearest" });
    return run.told[step] ? run.told[step].querySelector("h4").textContent : "";
  });
  const different = names.some((name) => name !== names[0]) ? names.join(" | ") : names[0];
  block.element.querySelector("output").textContent = `${block.at + 1} of ${block.last + 1}: ${different}`;
};

const goTo = (block, at) => {
  block.at = Math.min(Math.max(at, 0), block.last);
  show(block, true);
  // Pictures and steps are seen together where the window has room for both.
  const whole = block.element.getBoundingClientRect();
  if (whole.height <= innerHeight && (whole.top < 0 || whole.bottom > innerHeight)) block.element.scrollIntoView({ block: "end" });
};

const moves = {
  first: () => 0,
  back: (block) => block.at - 1,
  on: (block) => block.at + 1,
  last: (block) => block.last,
  parts: (block) => (block.parts === null ? block.at : block.parts),
};
const keys = { Home: "first", ArrowLeft: "back", ArrowRight: "on", End: "last", d: "parts" };

// The block that keys move: the last one that was used, else the one that is seen first.
let used = null;
const current = () => {
  if (used) return used;
  return blocks.find((block) => block.element.getBoundingClientRect().bottom > 0) || blocks[0];
};

// A row that comes under a pointer that rests, because the page was scrolled, is not pointed at.
let pointer = "";
const place = (event) => `${event.screenX},${event.screenY}`;
const moved = (event) => place(event) !== pointer;
document.addEventListener("mousemove", (event) => { pointer = place(event); }, true);

for (const block of blocks) {
  if (block.last < 0) continue;
  block.element.classList.add("stepping");
  block.element.querySelector(".stepper").hidden = false;
  block.element.addEventListener("click", (event) => {
    used = block;
    const button = event.target.closest("button[data-go]");
    if (button) return goTo(block, moves[button.dataset.go](block));
    const row = event.target.closest("g.step");
    if (row) goTo(block, Number(row.dataset.step));
  });
  block.element.querySelectorAll(".scroll").forEach((frame) => {
    // The names of the lifelines stay in sight once the picture's own are not.
    frame.addEventListener("scroll", () => frame.classList.toggle("scrolled", frame.scrollTop > 20));
  });
  block.runs.forEach((run) => {
    run.rows.forEach((row, index) => {
      row.addEventListener("mouseenter", (event) => moved(event) && tell(run, index));
      row.addEventListener("mouseleave", () => tell(run, stepAt(run, block.at)));
    });
  });
  show(block, false);
}

document.addEventListener("keydown", (event) => {
  const move = keys[event.key];
  if (!move || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !blocks.length) return;
  // A picture that is wider than its frame is scrolled by the arrows, if that is what has the focus.
  const frame = event.target.closest && event.target.closest(".scroll");
  if (frame && frame.scrollWidth > frame.clientWidth && event.key.startsWith("Arrow")) return;
  const block = current();
  if (block.last < 0) return;
  event.preventDefault();
  goTo(block, moves[move](block));
});

// Links into steps go to the position at which the step is shown.
const follow = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const block = target && blocks.find((block) => block.element.contains(target));
  if (!block || target.dataset.step === undefined) return;
  used = block;
  goTo(block, Number(target.dataset.step));
};
window.addEventListener("hashchange", follow);
follow();
