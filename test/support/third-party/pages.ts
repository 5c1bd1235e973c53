/** Pages that use well-known packages as their readmes say, once Shoal is ready. */

/** Heavy scripts are asked for when the worker answers, also on a first visit. */
const whenReady = `
  const shoal = window.shoal ?? await new Promise((resolve) =>
    addEventListener('shoal:loaded', () => resolve(window.shoal), { once: true }));
  await shoal.ready;
  const script = (src) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror: reject }));
  });
  const style = (href) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: resolve, onerror: reject }));
  });
`;

function page(title: string, body: string, module: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<link rel="icon" href="data:,">
</head>
<body>
${body}
<script type="module">${whenReady}${module}</script>
</body>
</html>
`;
}

/** The editor, started by its own AMD loader, with a JSON document that lacks a value. */
export const monacoPage = page(
  'An editor',
  '<div id="editor" style="width: 700px; height: 300px"></div>',
  `
  await script('/monaco/vs/loader.js');
  window.require.config({ paths: { vs: '/monaco/vs' } });
  window.require(['vs/editor/editor.main'], (monaco) => {
    monaco.editor.create(document.querySelector('#editor'), {
      language: 'json',
      value: '{\\n  "fish": "herring",\\n  "number": \\n}\\n',
    });
  });
`,
);

/** A document on a canvas, with the package's worker, character maps and fonts. */
export const pdfPage = page(
  'A document',
  '<canvas id="page" style="border: 1px solid"></canvas>',
  `
  const pdfjs = await import('/pdfjs/build/pdf.min.mjs');
  pdfjs.GlobalWorkerOptions.workerSrc = '/pdfjs/build/pdf.worker.min.mjs';
  const pdf = await pdfjs.getDocument({
    url: '/pdf/document.pdf',
    cMapUrl: '/pdfjs/cmaps/',
    cMapPacked: true,
    standardFontDataUrl: '/pdfjs/standard_fonts/',
    wasmUrl: '/pdfjs/wasm/',
    useSystemFonts: false,
  }).promise;
  const first = await pdf.getPage(1);
  const viewport = first.getViewport({ scale: 1.5 });
  const canvas = document.querySelector('#page');
  canvas.width = viewport.width;
  canvas.height = viewport.height;
  await first.render({ canvas, viewport }).promise;
  const { items } = await first.getTextContent();
  canvas.dataset.text = items.map(({ str }) => str).join('|');
`,
);

/** An API's description as a page. */
export const swaggerPage = page(
  'An API',
  '<div id="swagger-ui"></div>',
  `
  await Promise.all([style('/swagger/swagger-ui.css'), script('/swagger/swagger-ui-bundle.js')]);
  await script('/swagger/swagger-ui-standalone-preset.js');
  window.SwaggerUIBundle({
    url: '/swagger-page/openapi.json',
    dom_id: '#swagger-ui',
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
`,
);

/** What is described. */
export const openApi = {
  openapi: '3.0.3',
  info: { title: 'Harbour', version: '1.0.0' },
  paths: {
    '/boats': {
      get: { summary: 'All boats', responses: { 200: { description: 'A list' } } },
      post: { summary: 'A new boat', responses: { 201: { description: 'Made' } } },
    },
    '/boats/{name}': {
      delete: {
        summary: 'No boat any more',
        parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 204: { description: 'Gone' } },
      },
    },
  },
};
