/** DuckDB in the page: 34 MB of WebAssembly in a worker, and a table of the Earth to ask. */
import { AsyncDuckDB, type AsyncDuckDBConnection, VoidLogger } from '@duckdb/duckdb-wasm';
import { fetchWhole } from './assets.ts';
import { element } from './parts.ts';
import { questions } from './questions.ts';

const cellCount = 64_800;
const rowLimit = 200;

/** Column names, and rows as DuckDB writes them. */
interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Starts the database, loads the table and asks the first question. @throws Error when a figure is not as it must be */
export async function startData(): Promise<string> {
  const [connection, csv] = await Promise.all([openDatabase(), readCells()]);
  await connection.db.registerFileBuffer('cells.csv', csv);
  await connection.query("CREATE TABLE cells AS SELECT * FROM read_csv('cells.csv')");
  const sea = await askForSea(connection);
  wireForm(connection);
  return sea;
}

interface Connection {
  readonly db: AsyncDuckDB;
  query(sql: string): Promise<Answer>;
}

/** Its extensions would come from a server of DuckDB's; this page asks nobody but its own. */
async function openDatabase(): Promise<Connection> {
  const worker = new Worker(new URL('duckdb/duckdb-browser-eh.worker.js', document.baseURI));
  const db = new AsyncDuckDB(new VoidLogger(), worker);
  const headline = element('data-headline', HTMLElement);
  await db.instantiate(new URL('duckdb/duckdb-eh.wasm', document.baseURI).href, null, (progress) => {
    headline.textContent = `It is loading: ${(progress.bytesLoaded / 1e6).toFixed(0)} MB so far.`;
  });
  await db.open({ path: ':memory:' });
  const connection = await db.connect();
  await connection.query('SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;');
  return { db, query: (sql) => query(connection, sql) };
}

async function query(connection: AsyncDuckDBConnection, sql: string): Promise<Answer> {
  const table = await connection.query(sql);
  const columns = table.schema.fields.map(({ name }) => name);
  const rows = table.toArray().map((row: unknown) => {
    const fields = new Map<string, unknown>(Object.entries(row ?? {}));
    return columns.map((name) => textOf(fields.get(name)));
  });
  return { columns, rows };
}

/** Questions are asked so that text, numbers or nothing come back. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

async function readCells(): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchWhole('data/cells.csv')).arrayBuffer());
}

async function askForSea(connection: Connection): Promise<string> {
  const startMs = performance.now();
  const sql = 'SELECT count(*)::INT, round(100 * sum(km2 * sea) / sum(km2), 1)::DOUBLE FROM cells';
  const [count = '', percent = ''] = (await connection.query(sql)).rows[0] ?? [];
  const ms = Math.round(performance.now() - startMs);
  if (Number(count) !== cellCount || Math.abs(Number(percent) - 71) > 1.5) {
    throw new Error(`DuckDB counted ${count} cells, ${percent} % of them sea`);
  }
  const sentence = `${percent} % of the Earth is sea: ${Number(count).toLocaleString('en')} rows, ${ms} ms.`;
  element('data-headline', HTMLElement).textContent = sentence;
  return sentence;
}

function wireForm(connection: Connection): void {
  const sql = element('sql', HTMLTextAreaElement);
  const run = element('run', HTMLButtonElement);
  const presets = element('presets', HTMLElement);
  const form = element('query', HTMLFormElement);
  for (const [label, text] of questions) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      sql.value = text;
      form.requestSubmit();
    });
    presets.append(button);
  }
  sql.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask(connection, sql.value);
  });
  run.disabled = false;
  presets.querySelector('button')?.click();
}

/** Everything comes back as text, so that any type of DuckDB's can be shown. */
async function ask(connection: Connection, sql: string): Promise<void> {
  const time = element('query-time', HTMLElement);
  const startMs = performance.now();
  try {
    const bare = sql.trim().replace(/;+$/, '');
    const answer = await connection.query(`SELECT COLUMNS(*)::VARCHAR FROM (\n${bare}\n) LIMIT ${rowLimit}`);
    time.textContent = `${answer.rows.length} rows, ${Math.round(performance.now() - startMs)} ms`;
    showAnswer(answer);
  } catch (error) {
    time.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** A table; the last column, where it holds numbers, is drawn as bars too. */
function showAnswer({ columns, rows }: Answer): void {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const name of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = name.replaceAll('_', ' ');
    head.append(cell);
  }
  const last = rows.map((row) => Number(row.at(-1) ?? ''));
  const most = Math.max(...last.map(Math.abs));
  const body = table.createTBody();
  rows.forEach((row, index) => {
    const line = body.insertRow();
    for (const value of row) line.insertCell().textContent = value;
    const share = Math.abs(last[index] ?? 0) / most;
    const cell = line.cells[line.cells.length - 1];
    if (cell === undefined || !Number.isFinite(share)) return;
    cell.classList.add('bars');
    cell.style.setProperty('--share', String(share));
  });
  element('answer', HTMLElement).replaceChildren(table);
}
