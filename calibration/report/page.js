const specs = JSON.parse(document.getElementById("specs").textContent);
for (const [id, spec] of Object.entries(specs)) {
  const place = document.getElementById(id);
  vegaEmbed(place, spec, {mode: "vega-lite", renderer: "svg", actions: false, ast: true}).catch(error => {
    console.error(error);
    place.textContent = "This chart could not be drawn: " + error.message;
  });
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(part => part.open = true));
