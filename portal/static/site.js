/* Remembers a language that the reader chose by hand. Everything works without this file. */
document.addEventListener("click", function (event) {
  var link = event.target.closest && event.target.closest(".languages a[hreflang]");
  if (link) {
    document.cookie = "lang=" + link.hreflang + "; path=/; max-age=31536000; samesite=lax";
  }
});
