// The statement with a copy button, and the findings below it.

const WORDS = { error: "Error", warning: "Warning", info: "Note" };

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

async function copy(text, pre) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    // No clipboard over plain http: the old way, then the reader's own hand.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (copied) return "Copied";
    getSelection().selectAllChildren(pre);
    return "Press Ctrl+C";
  }
}

function render({ model, el }) {
  const root = element("div", "srk-statement");
  const frame = element("div", "srk-frame");
  const pre = element("pre", "srk-sql");
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", "The statement");
  const button = element("button", "srk-button", "Copy");
  button.type = "button";
  button.setAttribute("aria-live", "polite");
  const more = element("p", "srk-more");
  const list = element("ul", "srk-findings");
  list.setAttribute("aria-live", "polite");
  frame.append(pre, button);
  root.append(frame, more, list);
  el.append(root);
  let wait;

  function paint() {
    const sql = model.get("sql");
    pre.textContent = sql || `-- ${model.get("missing") || "no statement"}`;
    pre.classList.toggle("srk-missing", !sql);
    button.hidden = !sql;
    const count = model.get("more");
    more.textContent = count ? `… and ${count.toLocaleString("en")} more lines; Copy takes them all` : "";
    list.replaceChildren(...model.get("findings").map((finding) => {
      const item = element("li", `srk-finding srk-${finding.severity}`);
      const text = element("span", "srk-text", finding.message);
      if (finding.hint) text.append(element("span", "srk-hint", `→ ${finding.hint}`));
      item.append(element("span", "srk-word", WORDS[finding.severity] ?? finding.severity), text, element("span", "srk-code", finding.code));
      return item;
    }));
  }

  function say(words) {
    button.textContent = words;
    clearTimeout(wait);
    wait = setTimeout(() => { button.textContent = "Copy"; }, 2000);
  }

  button.addEventListener("click", async () => {
    if (model.get("more")) { button.textContent = "Copying…"; model.send("copy"); } else say(await copy(model.get("sql"), pre));
  });
  pre.addEventListener("keydown", (event) => event.stopPropagation());
  const onMessage = async (message) => { if (message.sql !== undefined) say(await copy(message.sql, pre)); };
  const traits = ["sql", "more", "missing", "findings"];
  traits.forEach((trait) => model.on(`change:${trait}`, paint));
  model.on("msg:custom", onMessage);
  paint();
  return () => {
    clearTimeout(wait);
    traits.forEach((trait) => model.off(`change:${trait}`, paint));
    model.off("msg:custom", onMessage);
  };
}

export default { render };
