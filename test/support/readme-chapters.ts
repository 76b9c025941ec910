/** One chapter of README.txt: its title and its commands, which are its lines indented by four spaces. */
export interface Chapter {
  readonly title: string;
  readonly commands: string;
}

export function chaptersOf(text: string): readonly Chapter[] {
  return text
    .split(/^(?=\d+\. )/m)
    .slice(1)
    .map((chapter) => ({
      title: chapter.split("\n")[0] ?? "",
      commands: chapter
        .split("\n")
        .filter((line) => line.startsWith("    "))
        .map((line) => line.slice(4))
        .join("\n"),
    }));
}
