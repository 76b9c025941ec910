import type { ProcessUsage } from "../io/process-usage.js";
import type { Metric } from "./metric-text.js";

interface ProcessMetric extends Omit<Metric, "samples"> {
  readonly field: keyof ProcessUsage;
}

/** Under the names that Prometheus' client libraries use, so that common dashboards work. */
export const PROCESS_METRICS: readonly ProcessMetric[] = [
  {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "When the process started, seconds since 1970.",
    field: "startSeconds",
  },
  {
    name: "process_cpu_seconds_total",
    type: "counter",
    help: "User and system CPU time of the process.",
    field: "cpuSeconds",
  },
  {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Resident memory of the process.",
    field: "residentBytes",
  },
  {
    name: "nodejs_heap_size_used_bytes",
    type: "gauge",
    help: "JavaScript heap in use.",
    field: "heapUsedBytes",
  },
  {
    name: "nodejs_heap_size_total_bytes",
    type: "gauge",
    help: "JavaScript heap allocated.",
    field: "heapTotalBytes",
  },
  {
    name: "nodejs_external_memory_bytes",
    type: "gauge",
    help: "Memory of buffers outside the JavaScript heap.",
    field: "externalBytes",
  },
  {
    name: "nodejs_eventloop_lag_p99_seconds",
    type: "gauge",
    help: "Delay of the event loop since the last scrape, 99th percentile.",
    field: "loopLagP99Seconds",
  },
  {
    name: "nodejs_eventloop_lag_max_seconds",
    type: "gauge",
    help: "Longest delay of the event loop since the last scrape.",
    field: "loopLagMaxSeconds",
  },
];

export function processMetrics(usage: ProcessUsage): readonly Metric[] {
  return PROCESS_METRICS.map(({ name, type, help, field }) => ({
    name,
    type,
    help,
    samples: [{ labels: {}, value: usage[field] }],
  }));
}
