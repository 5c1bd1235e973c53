/** A globe: Cesium with its offline imagery and the demo's waterlines above. */
import {
  Cartesian3,
  CesiumWidget,
  Clock,
  EventHelper,
  GeographicTilingScheme,
  ImageryLayer,
  JulianDate,
  CameraEventType,
  TileMapServiceImageryProvider,
  UrlTemplateImageryProvider,
} from 'cesium';
import { GlobeLoop } from './globe-loop.ts';
import { element, showNote } from './parts.ts';

/** Fixes the light and the stars; the build holds the orientation of the Earth for this date only. */
const moment = '2026-06-21T15:00:00Z';

/** Resolves when all tiles in view are drawn. Says so on the page where there is no WebGL, and draws a flat Earth. */
export async function startGlobe(): Promise<string> {
  const place = element('globe', HTMLElement);
  const graphics = findGraphics();
  if (graphics === 'none') return drawFlat(place);
  const widget = await createWidget(place, graphics);
  const loop = new GlobeLoop(widget, place);
  wireTools(widget, loop);
  await allTilesDrawn(widget);
  loop.loaded({ maySpin: graphics === 'card' });
  return 'all tiles in view are drawn';
}

/** A processor that plays at being a graphics card gets a coarser picture to draw. */
function findGraphics(): 'card' | 'processor' | 'none' {
  const context = document.createElement('canvas').getContext('webgl2');
  if (context === null) return 'none';
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer) ? 'processor' : 'card';
}

async function createWidget(place: HTMLElement, graphics: 'card' | 'processor'): Promise<CesiumWidget> {
  const now = JulianDate.fromIso8601(moment);
  const imagery = await TileMapServiceImageryProvider.fromUrl('cesium/Assets/Textures/NaturalEarthII');
  const widget = new CesiumWidget(place, {
    baseLayer: new ImageryLayer(imagery),
    clock: new Clock({ startTime: now, currentTime: now, shouldAnimate: false }),
    creditContainer: element('globe-credits', HTMLElement),
    requestRenderMode: true,
    maximumRenderTimeChange: Infinity,
    msaaSamples: graphics === 'card' ? 4 : 1,
    showRenderLoopErrors: false,
    useDefaultRenderLoop: false,
  });
  if (graphics === 'processor') widget.resolutionScale = 0.5;
  widget.scene.globe.showGroundAtmosphere = false;
  widget.imageryLayers.addImageryProvider(
    new UrlTemplateImageryProvider({
      url: 'waterlines/{z}/{x}/{reverseY}.png',
      tilingScheme: new GeographicTilingScheme(),
      maximumLevel: 3,
    }),
  );
  const control = widget.scene.screenSpaceCameraController;
  // The wheel scrolls the page; fingers and the buttons change the distance.
  control.zoomEventTypes = [CameraEventType.RIGHT_DRAG, CameraEventType.PINCH];
  control.minimumZoomDistance = 1_500_000;
  control.maximumZoomDistance = 40_000_000;
  widget.camera.setView({
    destination: Cartesian3.fromDegrees(-28, 24, isUpright(place) ? 12_500_000 : 18_500_000),
  });
  return widget;
}

/** The field of view spans the longer side, so a phone has to come closer. */
function isUpright(place: HTMLElement): boolean {
  return place.clientHeight > place.clientWidth;
}

function allTilesDrawn(widget: CesiumWidget): Promise<void> {
  return new Promise((resolve, reject) => {
    const events = new EventHelper();
    const settle = (act: () => void): void => {
      events.removeAll();
      act();
    };
    let frames = 0;
    events.add(widget.scene.postRender, () => {
      if (++frames > 3 && widget.scene.globe.tilesLoaded) settle(resolve);
    });
    events.add(widget.scene.renderError, (_scene: unknown, error: unknown) => {
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    });
  });
}

function wireTools(widget: CesiumWidget, loop: GlobeLoop): void {
  const onClick = (tool: string, act: (button: Element) => void): void => {
    const button = document.querySelector(`[data-globe="${tool}"]`);
    button?.addEventListener('click', () => act(button));
  };
  const move = (factor: number): void => {
    const distance = Cartesian3.magnitude(widget.camera.positionWC) - 6_371_000;
    if (factor > 0) widget.camera.zoomIn(distance * factor);
    else widget.camera.zoomOut(distance * -factor);
    widget.scene.requestRender();
  };
  onClick('in', () => move(0.3));
  onClick('out', () => move(-0.4));
  onClick('spin', () => loop.spin(!loop.spinning));
}

/** The map's second level, as wide as the globe's place. */
async function drawFlat(place: HTMLElement): Promise<string> {
  showNote('globe', 'This browser gives the page no WebGL, so the globe stays flat.');
  place.classList.add('flat');
  const canvas = document.createElement('canvas');
  canvas.width = 1024;
  canvas.height = 512;
  place.append(canvas);
  const context = canvas.getContext('2d');
  for (let x = 0; x < 4; x++) {
    for (let y = 0; y < 2; y++) {
      const tile = new Image();
      tile.src = `cesium/Assets/Textures/NaturalEarthII/1/${x}/${1 - y}.jpg`;
      await tile.decode();
      context?.drawImage(tile, x * 256, y * 256);
    }
  }
  return 'no WebGL: a flat Earth is drawn';
}
