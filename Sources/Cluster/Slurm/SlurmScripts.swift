import SystemIO
import VolumeCore

/// The scripts of a run: plain bash, to be read and edited, and to be run without Slurm too.
extension SlurmRun {
  /// By the names of their files.
  public var scripts: [(name: String, text: String)] {
    [("init.sh", initScript), ("part.sh", partScript), ("finish.sh", finishScript)]
  }

  /// Writes the scripts.
  public func writeScripts() throws(Explanation) {
    for script in scripts {
      do throws(SystemError) {
        try writeFileAtomically("\(folder)/\(script.name)", Array(script.text.utf8))
      } catch {
        throw error.explanation
      }
    }
  }

  private func head(
    _ job: String, log: String, _ more: [String], _ what: String, needsDevice: Bool = true
  ) -> String {
    let name = output.split(separator: "/").last.map(String.init) ?? "t2s"
    var lines = [
      "#SBATCH --job-name=\(Self.safe(name))-\(job)", "#SBATCH --output=\(log)",
      "#SBATCH --open-mode=append", "#SBATCH --time=\(Self.time(limits.minutes))",
      "#SBATCH --mem=\(limits.megabytes)M", "#SBATCH --cpus-per-task=\(limits.cores)",
    ]
    lines += limits.others.filter { needsDevice || $0.key != "gres" }.sorted { $0.key < $1.key }
      .map { "#SBATCH --\($0.key)=\($0.value)" }
    lines += more.map { "#SBATCH \($0)" }
    return """
      #!/bin/bash
      \(lines.joined(separator: "\n"))
      #
      # \(what)
      # Written by t2s-volume; edit it where your cluster wants something else.

      cd \(Self.quoted(workFolder)) || exit 2
      tool=\(Self.quoted(tool))
      run=\(Self.quoted(folder))
      # So that `slurm status` knows of jobs that were sent by hand.
      if [ -n "$SLURM_JOB_ID" ]; then : > "$run/ended/\(job).${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}.job"; fi
      \(setup.isEmpty ? "# What the tool needs beside it, such as 'module load cuda', goes here." : setup)

      """
  }

  /// The command line of the parts, for the shell.
  private var command: String { words.map(Self.quoted).joined(separator: " ") }

  private var initScript: String {
    head(
      "init", log: log("init"), [],
      "Fixes the run before its parts begin: the plan, the tile, the engine. No harm when run twice."
    )
      + """

      "$tool" \(command) --part init/\(parts)
      code=$?
      echo "$code" > "$run/ended/init"
      exit "$code"

      """
  }

  private var partScript: String {
    head(
      "part", log: log("part-%a"),
      [
        "--array=1-\(parts)%\(limits.atOnce)", "--requeue", "--signal=B:TERM@60",
      ],
      "Makes one part: number $SLURM_ARRAY_TASK_ID, or without Slurm the first argument, as in\n"
        + "#   for part in $(seq \(parts)); do bash part.sh $part; done     (or GNU parallel)"
    )
      + """

      part="${SLURM_ARRAY_TASK_ID:-$1}"
      echo "== part $part of \(parts) on $(hostname), $(date -u +%FT%TZ), attempt $((${SLURM_RESTART_COUNT:-0} + 1))"

      # SIGTERM, from Slurm a minute before the time is up or when the node is wanted for others, goes on
      # to the tool, which ends after the tile at hand, with exit code 75.
      stopped=
      child=
      hand_on() { if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi; }
      trap 'stopped=1; hand_on' TERM
      "$tool" \(command) --part "$part/\(parts)" &
      child=$!
      if [ -n "$stopped" ]; then hand_on; fi
      wait "$child"; code=$?
      # A signal ends the waiting and not the tool, so its own code is asked for again; 127: it was told.
      signalled="$stopped"
      while [ -n "$stopped" ]; do
        stopped=
        wait "$child" 2>/dev/null; next=$?
        if [ "$next" != 127 ]; then code=$next; fi
      done
      # Stopped before it could say so: nothing is lost.
      if [ -n "$signalled" ] && [ "$code" = 143 ]; then code=75; fi

      echo "$code" > "$run/ended/$part"
      if [ "$code" = 75 ] && [ -n "$SLURM_JOB_ID" ]; then
        # Few clusters requeue by exit code, so it is asked for; not after scancel, which is an end.
        job="$SLURM_JOB_ID"
        if [ -n "$SLURM_ARRAY_JOB_ID" ]; then job="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; fi
        state=$(scontrol show job "$job" 2>/dev/null | sed -n 's/.*JobState=\\([A-Z_]*\\).*/\\1/p' | head -1)
        echo "== part $part was stopped; the job is $state"
        if [ "$state" = RUNNING ]; then scontrol requeue "$job"; sleep 30; fi
      elif [ "$code" != 0 ]; then
        echo "== part $part failed with exit code $code"
        if [ "$code" = 137 ]; then
          echo "== it was killed, by Slurm or the system, most likely for its memory: --mem was \(limits.megabytes)M"
        fi
      fi
      exit "$code"

      """
  }

  private var finishScript: String {
    head(
      "finish", log: log("finish"), [],
      "Puts the parts together. It waits for what a shared file system shows late, and names what is "
        + "missing.", needsDevice: false)
        + """

        "$tool" finish \(Self.quoted(output)) --wait 120
        code=$?
        echo "$code" > "$run/ended/finish"
        exit "$code"

        """
  }

  /// "1-02:30:00".
  package static func time(_ minutes: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (days, rest) = (minutes / 1440, minutes % 1440)
    return (days > 0 ? "\(days)-" : "") + "\(two(rest / 60)):\(two(rest % 60)):00"
  }

  private static func safe(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
  }

  /// A word as the shell takes it.
  public static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:=,+@%".contains($0)) }
    return isPlain
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}
