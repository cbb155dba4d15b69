import EngineCore
import Quantification
import SystemIO
import VolumeCore

/// Segments the steps of one test, one after the other: one model, one set of options, each step a
/// resumable run of its own.
struct SegmentSeries {
  let choices: SeriesChoices
  let context: CommandContext

  /// Checks all steps, then computes those that are missing.
  func run() throws(Explanation) -> [String: JSONValue] {
    let (survey, model) = try look()
    for line in survey.lines { context.console.note(line) }
    for step in survey.steps {
      for warning in step.warnings { context.console.note("warning: \(warning)") }
    }
    if survey.steps.contains(where: { !$0.warnings.isEmpty }), !choices.matchesGrey {
      context.console.note("--match-grey maps such steps back onto the first")
    }
    try choices.makeFolder()
    var report = SeriesReport(folder: choices.folder, survey: survey)
    for (step, grey) in zip(choices.steps, survey.steps) {
      let request = try self.request(step, model, grey, survey, context)
      if grey.map != nil {
        context.console.note(
          "greys mapped back: \(Words.short(Double(request.normalisation.low))) to "
            + "\(Words.short(Double(request.normalisation.high))) becomes 0 to 1")
      }
      context.console.note("\(step.name): \(request.output)")
      if let there = try finished(request) {
        context.console.note("  is finished")
        report.add(there, seconds: 0, output: request.output)
        continue
      }
      let figures = try runSegmentation(request, context)
      guard let statistics = figures.statistics else { continue }
      report.add(statistics, seconds: figures.seconds, output: request.output)
      guard step.choices.wantsPicture else { continue }
      let shares = Dictionary(
        statistics.table.fractions.classes.map { ($0.value, $0.fraction) }
      ) { $1 }
      do throws(Explanation) { _ = try request.drawPicture(shares, context) } catch {
        context.console.note("no picture: \(error.what)")
      }
    }
    if let csv = choices.csv { try report.writeCSV(to: csv) }
    for line in report.page { context.console.say(line) }
    return report.json
  }

  /// Opens every step, compares types and greys, and makes each plan, so that nothing begins that
  /// would fail.
  private func look() throws(Explanation) -> (GreySurvey, Model) {
    try StatisticsChoices.check(csv: choices.csv, overwrites: choices.overwrites)
    var silent = context
    silent.console = Console(output: { _ in true }, error: { _ in true })
    var requests: [(name: String, request: SegmentRequest)] = []
    var model: Model?
    for (place, step) in choices.steps.enumerated() {
      // The first says what model and engine there are.
      let context = place == 0 ? context : silent
      let request = try SegmentRequest(step.choices, context, model: model)
      model = request.model
      requests.append((step.name, request))
    }
    guard let first = requests.first?.request, let model else {
      throw Explanation(.input, "a series of no steps", remedy: "name its scans")
    }
    if let other = requests.first(where: { $0.request.scanType != first.scanType }) {
      throw Explanation(
        .input,
        "the steps differ in type: \(first.choices.input) is \(first.scanType.rawValue), "
          + "\(other.request.choices.input) is \(other.request.scanType.rawValue)",
        remedy: "bring them to one type with `convert --type`, all with the same --window, so that "
          + "their greys can be compared")
    }
    let survey = try GreySurvey(requests, matches: choices.matchesGrey)
    for (step, grey) in zip(choices.steps, survey.steps) {
      do throws(Explanation) {
        let request = try self.request(step, model, grey, survey, silent)
        if try finished(request) == nil { _ = try PreparedSegmentation(request, silent) }
      } catch {
        throw Explanation(error.kind, "\(step.name): \(error.what)", remedy: error.remedy)
      }
    }
    return (survey, model)
  }

  /// A step as it is to be computed: by the first one's rule for greys, and mapped where it drifted.
  private func request(
    _ step: SeriesChoices.Step, _ model: Model, _ grey: GreySurvey.Step, _ survey: GreySurvey,
    _ context: CommandContext
  ) throws(Explanation) -> SegmentRequest {
    var request = try SegmentRequest(step.choices, context, model: model)
    request.normalisation = survey.normalisation
    if let map = grey.map {
      request.normalisation = survey.normalisation.mapped(by: map)
      request.greyMap = survey.record(of: map)
    }
    return request
  }

  /// What was counted of a step that an earlier command finished; `nil` where it did not. Throws
  /// where it is there but by other options.
  private func finished(_ request: SegmentRequest) throws(Explanation) -> RunStatistics? {
    guard !choices.overwrites, kind(ofPath: request.output) == .folder,
      let labels = try? context.catalogue.open(request.output, hints: OpeningHints())
    else { return nil }
    let there = try RunStatistics.kept(request.output, shape: labels.volume.shape, context)
    // As texts: 1.0 and 1 are one number there.
    let plan = JSONValue.object(request.plan).text()
    if let there, JSONValue.object(there.plan).text() == plan { return there }
    throw Explanation(
      .input, "\(request.output) is finished, and was made by other options or from another scan",
      remedy: "name another folder, or give --overwrite to make all steps anew")
  }
}
