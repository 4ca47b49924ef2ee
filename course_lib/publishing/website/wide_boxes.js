// Boxes that scroll sideways can be reached and moved by keyboard, where they do scroll, and are marked for the style
// sheet, at their end as such; all at once, since each question after a change would make the browser set the page anew.
addEventListener("load", () => {
  const boxes = [...document.querySelectorAll(".formula,.pst-scrollable-table-container")];
  for (const box of boxes.filter(box => box.scrollWidth > box.clientWidth)) {
    box.tabIndex = 0;
    box.dataset.wide = "";
    const moved = () => { box.dataset.wide = box.scrollLeft + box.clientWidth > box.scrollWidth - 2 ? "end" : ""; };
    box.addEventListener("scroll", moved, { passive: true });
  }
});
