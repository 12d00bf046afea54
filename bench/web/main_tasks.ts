// mainTasks: the tasks of a page's main thread, by a trace of Chromium.

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

export interface Task {
  readonly ms: number;
  /** Of the processor: less where it ran something else meanwhile. */
  readonly cpuMs: number;
}

/**
 * @param trace with the categories "toplevel" and "__metadata"
 * @returns those of the main thread that ran most: the browser keeps another in reserve
 */
export function mainTasks(trace: Buffer): Task[] {
  const { traceEvents } = JSON.parse(trace.toString("utf8")) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent): boolean => name === "thread_name" && args?.name === "CrRendererMain";
  const tasks = traceEvents.filter(({ name }) => name.endsWith("RunTask"));
  const lengths = traceEvents.filter(isMain).map((thread) => {
    const own = tasks.filter((task) => threadOf(task) === threadOf(thread));
    return own.map(({ dur = 0, tdur = 0 }) => ({ ms: dur / 1000, cpuMs: tdur / 1000 }));
  });
  const [page] = lengths.sort((a, b) => b.length - a.length);
  if (!page?.length) throw new Error("the trace has no task of a page");
  return page;
}
