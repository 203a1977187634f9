const DATASOURCE = { type: 'prometheus', uid: 'haven-prometheus' };
const WIDTH = 24;
const PER_ROW = 3;
const HEIGHT = 8;

export interface Panel {
  title: string;
  /** Grafana's name of the unit. */
  unit: string;
  /** Expressions by legend. */
  queries: Record<string, string>;
}

export interface Dashboard {
  file: string;
  title: string;
  rows: Record<string, Panel[]>;
}

interface Position {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Returns a dashboard in Grafana's format, with three panels side by side under the title of their row. */
export function grafanaDashboard({ file, title, rows }: Dashboard) {
  const panels: object[] = [];
  let y = 0;
  for (const [row, declared] of Object.entries(rows)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: WIDTH, h: 1 },
      panels: [],
    });
    for (const [index, panel] of declared.entries()) {
      const x = (index % PER_ROW) * (WIDTH / PER_ROW);
      if (index > 0 && x === 0) y += HEIGHT;
      panels.push(graph(panels.length + 1, panel, { x, y, w: WIDTH / PER_ROW, h: HEIGHT }));
    }
    y += HEIGHT;
  }
  return {
    uid: `haven-${file}`,
    title,
    tags: ['haven'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      { type: 'dashboards', title: 'Haven', tags: ['haven'], asDropdown: false, keepTime: true, includeVars: true },
    ],
    templating: { list: [INSTANCE] },
    panels,
  };
}

const INSTANCE = {
  name: 'instance',
  label: 'Instance',
  type: 'query',
  datasource: DATASOURCE,
  query: { query: 'label_values(haven_build_info{job="haven"}, instance)', refId: 'instance' },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
};

function graph(id: number, { title, unit, queries }: Panel, gridPos: Position) {
  return {
    id,
    type: 'timeseries',
    title,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  };
}
