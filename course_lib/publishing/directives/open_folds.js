// A fold of the second reading (details.deeper) opens by itself where a reader would miss what is in it: at the place
// that a link leads to, at what the book's search found, and on paper. Nothing of it is remembered.
(() => {
  const openAround = (element) => {
    let opened = false;
    for (let fold = element?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    return opened;
  };
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (openAround(target)) target.scrollIntoView();
  };
  addEventListener("DOMContentLoaded", openTarget);
  addEventListener("hashchange", openTarget);

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.deeper:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
  });

  // Sphinx marks the words that were searched for after the page has loaded, and says so to nobody.
  if (localStorage.getItem("sphinx_highlight_terms") || new URLSearchParams(location.search).has("highlight"))
    new MutationObserver(() => document.querySelectorAll("details.deeper .highlighted").forEach(openAround))
      .observe(document, { childList: true, subtree: true });
})();
