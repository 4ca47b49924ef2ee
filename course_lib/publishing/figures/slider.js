// Step through the frames of a figure. Found by id, not by document.currentScript: JupyterLab and Colab run scripts
// after the fact. `width` is how much of a frame's name, "step 3", stands before its value.
(key, width) => {
  const figure = document.getElementById(key);
  if (!figure) return;
  const slider = figure.querySelector("input"), output = figure.querySelector("output");
  const frames = [...figure.querySelectorAll("details")];
  const names = frames.map(frame => frame.querySelector("summary").textContent);
  const go = () => {
    const at = +slider.value;
    frames.forEach((frame, i) => { frame.open = i === at; frame.hidden = i !== at; });
    output.textContent = names[at].slice(width);
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  frames.forEach(frame => frame.querySelector("summary").hidden = true);
  figure.querySelector(".course-controls").hidden = false;
  slider.addEventListener("input", go);
  go();
}
