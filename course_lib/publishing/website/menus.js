// On a phone the chapters and the page's parts are menus. The theme takes the keyboard from the button that opened one
// and does not give it back, and it leaves the menu open over the part of the page that was chosen.
addEventListener("load", () => {
  for (const name of ["primary", "secondary"]) {
    const menu = document.getElementById(`pst-${name}-sidebar-modal`);
    menu?.addEventListener("close", () => {
      if (menu.returnValue != "gone") document.querySelector(`.${name}-toggle`)?.focus({ preventScroll: true });
      menu.returnValue = "";
    });
    menu?.addEventListener("click", at => { if (at.target.closest('a[href^="#"]')) menu.close("gone"); });
  }
});
