/// What makes a report readable on a screen and on paper.
enum ReportStyle {
  static let css = """
    :root { color-scheme: light dark; }
    body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; margin-bottom: 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
    .sub { opacity: .7; margin-top: .2rem; }
    .warnings { border-left: 4px solid #d55e00; padding: .4rem 1rem; margin: 1.2rem 0; }
    .fine { border-left: 4px solid #009e73; padding: .4rem 1rem; margin: 1.2rem 0; }
    table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
    th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
    th:first-child, td:first-child { text-align: left; }
    th { cursor: pointer; } th::after { content: " \\2195"; opacity: .35; }
    pre { overflow-x: auto; font-size: 12.5px; line-height: 1.4; background: #8881; padding: .7rem 1rem; }
    svg { max-width: 100%; height: auto; display: block; margin: .6rem 0; }
    img { max-width: 100%; height: auto; image-rendering: pixelated; }
    .browser { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
    .browser canvas { image-rendering: pixelated; width: min(100%, 40rem); border: 1px solid #8886; }
    .browser .controls { flex: 1; min-width: 15rem; }
    .browser fieldset { border: 1px solid #8884; min-width: 15rem; }
    .browser input[type=range] { width: 100%; }
    .key { display: inline-block; width: .9em; height: .9em; margin-right: .4em; border: 1px solid #8888; vertical-align: -.1em; }
    @media print { body { max-width: none; margin: 0; font-size: 10.5pt; } .controls, th::after { display: none; }
      h2 { break-after: avoid; } svg, table, figure { break-inside: avoid; } details { display: none; } }
    """

  /// Sorting, and the slice browser. Pictures come as PNGs whose grey is the value.
  static let script = """
    'use strict';
    document.querySelectorAll('table.sortable th').forEach((th) => th.addEventListener('click', () => {
      const body = th.closest('table').tBodies[0], column = th.cellIndex, up = th.dataset.up !== '1';
      const value = (row) => { const text = row.cells[column].textContent.replace(/,/g, '');
        const number = parseFloat(text); return Number.isNaN(number) ? text : number; };
      const rows = [...body.rows].sort((a, b) => { const x = value(a), y = value(b);
        return (x > y ? 1 : x < y ? -1 : 0) * (up ? 1 : -1); });
      th.dataset.up = up ? '1' : '0'; rows.forEach((row) => body.append(row)); }));
    const data = JSON.parse(document.getElementById('slices')?.textContent || 'null');
    if (data) {
      const canvas = document.getElementById('slice'), context = canvas.getContext('2d');
      const slider = document.getElementById('position'), where = document.getElementById('where');
      const chosen = (name) => document.querySelector(`input[name=${name}]:checked`)?.value;
      const load = (text) => new Promise((done, failed) => { const image = new Image();
        image.onload = () => done(image); image.onerror = failed; image.src = 'data:image/png;base64,' + text; });
      let ticket = 0;
      async function draw() {
        const mine = ++ticket, axis = data.axes[chosen('axis')], at = axis.slices[+slider.value], view = chosen('view');
        const images = await Promise.all([at.grey, at.labels, at.errors].map((text) => text ? load(text) : null));
        if (mine !== ticket) return;
        canvas.width = axis.width; canvas.height = axis.height;
        const values = (image) => { context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, axis.width, axis.height).data; };
        const grey = images[0] && values(images[0]), labels = images[1] && values(images[1]),
          errors = images[2] && values(images[2]);
        const out = context.createImageData(axis.width, axis.height), pixels = out.data;
        for (let i = 0; i < pixels.length; i += 4) {
          const g = grey ? grey[i] : 0; let colour = [g, g, g];
          if (labels && view !== 'grey' && view !== 'errors') { const c = data.colours[labels[i]];
            if (c && labels[i] < 254) { const a = view === 'labels' ? 1 : labels[i] === 0 ? 0 : 0.45;
              colour = colour.map((v, k) => v * (1 - a) + c[k] * a); } }
          if (errors && view === 'errors' && errors[i] === 1) colour = [213, 94, 0];
          pixels[i] = colour[0]; pixels[i + 1] = colour[1]; pixels[i + 2] = colour[2]; pixels[i + 3] = 255;
        }
        context.putImageData(out, 0, 0);
        where.textContent = `${chosen('axis')} = ${at.position} of ${axis.extent}`;
        canvas.dataset.drawn = `${chosen('axis')} ${at.position} ${view}`;
      }
      function axisChanged() { const axis = data.axes[chosen('axis')]; slider.max = axis.slices.length - 1;
        slider.value = Math.floor(axis.slices.length / 2); draw(); }
      slider.addEventListener('input', draw);
      document.querySelectorAll('input[name=view]').forEach((x) => x.addEventListener('change', draw));
      document.querySelectorAll('input[name=axis]').forEach((x) => x.addEventListener('change', axisChanged));
      axisChanged();
    }
    """
}
