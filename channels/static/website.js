/* One question a step, a look at everything before sending, printing. Without this file the form is one long page. */
(function () {
  "use strict";
  var all = function (selector, within) { return Array.prototype.slice.call(within.querySelectorAll(selector)); };

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
  });

  /* Too many or too large files are told before anything is sent. */
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (field.type !== "file") return;
    var large = Array.prototype.filter.call(field.files, function (file) { return file.size > Number(field.dataset.mostBytes); })[0];
    var fault = field.files.length > 9 ? "最多选9个文件，请重新选。" : large ? "“" + large.name + "”超过10 MB，请换一个。" : "";
    field.setCustomValidity(fault);
    if (fault) field.reportValidity();
  });

  var form = document.querySelector("form[data-steps]");
  if (!form || form.querySelector("[data-fault]")) return;
  var sections = all("[data-step]", form);
  var bar = form.querySelector("[data-step-bar]");
  var here = 0;
  form.classList.add("stepping");

  function button(text, tone) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "button button-big button-" + tone;
    made.textContent = text;
    return made;
  }
  function sound(section) {
    return all("input, textarea, select", section).every(function (field) { return field.reportValidity(); });
  }
  function show(place, quiet) {
    here = place;
    sections.forEach(function (section, index) { section.hidden = index !== place; });
    if (bar) {
      bar.hidden = false;
      bar.querySelector("[data-step-text]").textContent = "第 " + (place + 1) + " 步，共 " + sections.length + " 步";
      all("rect", bar).forEach(function (rect, index) { rect.setAttribute("class", index <= place ? "s-fill" : "s-track"); });
    }
    if (place === sections.length - 1) review();
    if (quiet) return;
    var head = sections[place].querySelector("h2");
    head.setAttribute("tabindex", "-1");
    head.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  function forward() { if (sound(sections[here])) show(here + 1); }

  function chosen(name) {
    var field = form.elements[name];
    if (!field) return "";
    if (field.type === "file") return field.files.length ? field.files.length + " 个文件" : "";
    if (field.type === "checkbox") return field.checked ? "是" : "";
    if (field.tagName === "SELECT") return field.value ? field.options[field.selectedIndex].textContent : "";
    if (field.value === undefined || field instanceof window.RadioNodeList) {
      var picked = form.querySelector('input[name="' + name + '"]:checked');
      return picked ? picked.parentNode.querySelector("span").firstChild.textContent : "";
    }
    return field.value.trim();
  }
  function review() {
    var list = form.querySelector("[data-review]");
    if (!list) return;
    list.textContent = "";
    all("[data-review-name]", form).forEach(function (mark) {
      var text = chosen(mark.dataset.reviewName);
      if (!text && mark.dataset.reviewEmpty === undefined) return;
      var row = document.createElement("div"), term = document.createElement("dt"), words = document.createElement("dd");
      term.textContent = mark.dataset.reviewTitle;
      words.textContent = text || mark.dataset.reviewEmpty;
      row.appendChild(term);
      row.appendChild(words);
      list.appendChild(row);
    });
  }

  sections.forEach(function (section, index) {
    var row = section.querySelector(".step-actions") || document.createElement("div");
    if (!row.parentNode) { row.className = "step-actions"; section.appendChild(row); }
    if (index < sections.length - 1) {
      var on = button("下一步", "primary");
      on.addEventListener("click", forward);
      row.appendChild(on);
    }
    if (index > 0) {
      var back = button("上一步", "plain");
      back.addEventListener("click", function () { show(index - 1); });
      row.appendChild(back);
    }
  });
  form.addEventListener("submit", function (event) {
    if (here >= sections.length - 1) return;
    event.preventDefault();
    forward();
  });
  show(0, true);
})();
