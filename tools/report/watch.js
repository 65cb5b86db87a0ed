// tools/report/watch.js -- a page that follows its run: it asks for itself anew, and takes over only what has changed, so that the place
// that is read, open lists and zoomed curves stay. By HTTP where it was served; a file is loaded in a frame, which sends its text.
(() => {
  // A file has no origin by which a frame could tell its own page from another that frames it: the key of the watch does.
  const {every, key} = document.currentScript.dataset, served = location.protocol !== "file:";
  if (window !== window.top) {
    if (!served && name === key) parent.postMessage(document.documentElement.outerHTML, "*");
    return;
  }

  const note = document.createElement("p");
  note.className = "watched";
  note.setAttribute("role", "status");
  document.body.append(note);
  const say = text => { note.textContent = text; };

  async function newest() {
    if (served) {
      const answer = await fetch(location.pathname, {cache: "no-cache"});
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }
    return new Promise((take, fail) => {
      const frame = document.createElement("iframe");
      const end = (how, what) => {
        clearTimeout(late);
        removeEventListener("message", hear);
        frame.remove();
        how(what);
      };
      const hear = event => { if (event.source === frame.contentWindow) end(take, event.data); };
      const late = setTimeout(() => end(fail), 20000);
      addEventListener("message", hear);
      frame.hidden = true;
      frame.name = key;
      frame.onload = () => setTimeout(() => end(take, ""), 500);      // the last page has no such script and sends nothing
      frame.src = location.href.replace(/[?#].*/, "");
      document.body.append(frame);
    });
  }

  const taken = new Set(["HEADER", "MAIN", "SECTION", "DIV", "DETAILS"]);      // what is gone through; all else is taken over whole
  const identity = each => each && (each.querySelector(":scope > h2")?.id || each.querySelector(":scope > figcaption")?.textContent);

  function renew(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName || !taken.has(old.nodeName) || !old.children.length) {
      old.replaceWith(fresh);
      return;
    }
    if (old.className !== fresh.className) old.className = fresh.className;
    let at = old.firstElementChild;
    for (const child of [...fresh.children]) {
      const name = identity(child);
      const own = name ? [...old.children].find(each => identity(each) === name) : identity(at) ? null : at;
      if (own && own === at) at = at.nextElementSibling;
      else old.insertBefore(own || child, at);
      if (own) renew(own, child);
    }
    while (at) {
      const gone = at;
      at = at.nextElementSibling;
      gone.remove();
    }
  }

  let last = "", missed = 0;
  async function look() {
    let text;
    try {
      text = await newest();
      missed = 0;
    } catch {
      if (++missed < 3) return setTimeout(look, 1000 * every);
      return say("No longer renewed: the watch has ended, or cannot be reached.");
    }
    if (text === "") return location.reload();
    if (text !== last) {
      const fresh = new DOMParser().parseFromString(text, "text/html");
      for (const part of ["title", "header", "main"]) renew(document.querySelector(part), fresh.querySelector(part));
      document.dispatchEvent(new Event("renewed"));
      last = text;
      if (!fresh.querySelector("script[data-every]")) return say("The run has ended, and this is its last page.");
      say(`Follows the run; as of ${new Date().toLocaleTimeString()}`);
    }
    setTimeout(look, 1000 * every);
  }
  say("Follows the run.");
  setTimeout(look, 1000 * every);
})();
