/* Shortcuts, drafts, double submits, counters, copying. Every page works without this file. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  var all = function (selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); };
  var store = function (work) { try { return work(window.localStorage); } catch (refused) { return null; } };

  /* Shortcuts: data-key="F2", data-key="alt+s". Plain letters and digits act only outside fields. */
  function keyOf(event) {
    var name = event.key;
    var code = /^Key([A-Z])$/.exec(event.code) || /^Digit(\d)$/.exec(event.code);
    if (event.altKey && code) name = code[1];
    return ((event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.altKey ? "alt+" : "") + name).toLowerCase();
  }
  function typing(target) { return target.matches && target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select"); }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || !event.key) return;
    var key = keyOf(event);
    if (key.length === 1 && typing(event.target)) return;
    var found = all("[data-key]").filter(function (element) {
      return element.dataset.key.toLowerCase() === key && element.getClientRects().length > 0 && !element.disabled;
    })[0];
    if (!found) return;
    event.preventDefault();
    found.focus();
    if (!typing(found)) found.click();
  });

  /* Drafts: kept each second under the signed-in person's name, given back once, dropped when the server says done. */
  var LIFE = 12 * 60 * 60 * 1000;
  function prefix() { return "draft:" + (document.body.dataset.owner || "") + ":"; }
  function kept(form) {
    return all("input, textarea, select", form).filter(function (field) {
      return field.name && !/^(hidden|password|file|submit)$/.test(field.type) && !("nodraft" in field.dataset);
    });
  }
  function ticks(field) { return field.type === "radio" || field.type === "checkbox"; }
  function read(form) {
    return kept(form).map(function (field) { return [field.name, ticks(field) ? field.value : null, ticks(field) ? field.checked : field.value]; });
  }
  function write(form, entries) {
    var fields = kept(form);
    entries.forEach(function (entry, index) {
      var field = fields[index];
      if (!field || field.name !== entry[0] || (ticks(field) && field.value !== entry[1])) return;
      if (ticks(field)) field.checked = entry[2]; else field.value = entry[2];
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  function drop(name) { store(function (box) { box.removeItem(prefix() + name); }); }
  function clock(time) { return new Date(time).toTimeString().slice(0, 5); }
  function note(form, at) {
    var bar = document.createElement("div");
    var button = document.createElement("button");
    bar.className = "draft-note";
    bar.setAttribute("role", "status");
    bar.textContent = "已恢复您 " + clock(at) + " 未提交的内容。";
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = "清空重填";
    button.addEventListener("click", function () {
      var name = form.dataset.draft;
      form.dataset.fresh = "1";
      form.reset();
      all("textarea, input", form).forEach(count);
      drop(name);
      bar.remove();
    });
    bar.appendChild(button);
    form.insertBefore(bar, form.firstChild);
  }
  function restore(form) {
    var saved = store(function (box) { return JSON.parse(box.getItem(prefix() + form.dataset.draft)); });
    if (!saved || Date.now() - saved.at > LIFE) return drop(form.dataset.draft);
    if (form.querySelector("[aria-invalid=true]")) return;
    if (JSON.stringify(saved.entries) === JSON.stringify(read(form))) return;
    write(form, saved.entries);
    delete form.dataset.dirty;
    note(form, saved.at);
  }
  function save(form) {
    if (!form.dataset.dirty || form.dataset.sent) return;
    delete form.dataset.dirty;
    store(function (box) { box.setItem(prefix() + form.dataset.draft, JSON.stringify({ at: Date.now(), entries: read(form) })); });
    var state = document.querySelector("[data-draft-state]");
    if (state) state.textContent = "草稿已保存在本机 " + clock(Date.now());
  }
  function settle() {
    all("[data-draft-done]").forEach(function (element) { element.dataset.draftDone.split(" ").forEach(drop); });
    var sent = store(function () { return window.sessionStorage.getItem("draft-sent"); });
    store(function () { window.sessionStorage.removeItem("draft-sent"); });
    if (sent && document.querySelector("[data-flash=done]")) drop(sent);
  }
  function clearAll() {
    store(function (box) { Object.keys(box).forEach(function (key) { if (key.indexOf("draft:") === 0) box.removeItem(key); }); });
  }
  window.setInterval(function () { all("form[data-draft]").forEach(save); }, 1000);
  window.addEventListener("pagehide", function () { all("form[data-draft]").forEach(save); });

  /* One submit at a time, with something to see at once. */
  function release(form) {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach(function (button) { button.removeAttribute("aria-busy"); });
    root.classList.remove("leaving");
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) return event.preventDefault();
    all("form[data-draft]").forEach(save);
    if (form.dataset.draft) store(function () { window.sessionStorage.setItem("draft-sent", form.dataset.draft); });
    if ("clearDrafts" in form.dataset) clearAll();
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    root.classList.add("leaving");
    window.setTimeout(function () { release(form); }, 15000);
  });
  window.addEventListener("pageshow", function () { all("form[data-sent]").forEach(release); });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (!form) return;
    release(form);
    if (event.detail.successful && form.dataset.draft) drop(form.dataset.draft);
  });

  /* Characters left, files chosen, copying. */
  function count(field) {
    var place = field.id && document.querySelector('[data-counter-for="' + field.id + '"]');
    if (!place) return;
    var length = field.value.length, most = Number(place.dataset.most);
    place.textContent = length + " / " + most + " 字";
    place.classList.toggle("is-full", length >= most);
  }
  function files(field) {
    var place = field.parentNode.querySelector("[data-files]");
    if (!place) return;
    var names = Array.prototype.map.call(field.files, function (file) {
      return file.name + (file.size > Number(field.dataset.mostBytes || Infinity) ? "（太大，请换一张）" : "");
    });
    place.textContent = names.length ? "已选 " + names.length + " 个：" + names.join("，") : "";
  }
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.dataset.draft) form.dataset.dirty = "1";
    if (event.target.id) count(event.target);
    if (event.target.type === "file") files(event.target);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var before = button.textContent;
      button.textContent = "已复制";
      window.setTimeout(function () { button.textContent = before; }, 1600);
    });
  });

  function dress(within) {
    all("form[data-draft]", within).forEach(restore);
    all("textarea, input", within).forEach(count);
  }
  settle();
  dress(document);
  document.addEventListener("htmx:load", function (event) { if (event.target !== document.body) dress(event.target); });
})();
