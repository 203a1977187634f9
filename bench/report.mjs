/** Prints the tables. */
export function writeReport({ results }) {
  for (const r of results) {
    console.log(
      [
        r.door,
        r.operation,
        r.connections,
        ...Object.entries(r.servers).map(
          ([n, s]) =>
            `${n} cpu ${s.cpu.median.toFixed(3)} pg ${s.postgresCpu.median.toFixed(3)} ${s.throughput.median.toFixed(0)}/s p95 ${s.p95.median.toFixed(1)}`,
        ),
        ...Object.entries(r.ratios).map(
          ([n, s]) => `/${n} ${s.median.toFixed(2)} (${s.min.toFixed(2)}-${s.max.toFixed(2)})`,
        ),
      ].join(' | '),
    );
  }
}
