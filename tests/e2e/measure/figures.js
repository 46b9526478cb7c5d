// Sums up samples, and writes them as a table.

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function summary(samples) {
  if (samples.length === 0) throw new Error("nothing was measured");
  const sorted = [...samples].sort((a, b) => a - b);
  return { count: sorted.length, p50: at(sorted, 0.5), p95: at(sorted, 0.95), max: sorted.at(-1) };
}

const round = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** A row for each measurement: what, where, the figures, and its budget with whether it holds. */
export function table(rows) {
  const head =
    "| what | where | samples | p50 | p95 | longest | budget |  |\n| --- | --- | ---: | ---: | ---: | ---: | --- | --- |\n";
  return (
    head +
    rows
      .map(({ what, where, figures, budget, holds }) => {
        const { count, p50, p95, max } = figures;
        const verdict = holds === undefined ? "" : holds ? "holds" : "**missed**";
        return `| ${what} | ${where} | ${count} | ${round(p50)} ms | ${round(p95)} ms | ${round(max)} ms | ${budget ?? ""} | ${verdict} |`;
      })
      .join("\n")
  );
}
