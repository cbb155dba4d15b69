import VolumeCore
import VolumePipeline

/// Computes boxes across borders of tiles again and compares them with the labels; says what came of
/// it, and returns it for the receipt.
func checkSeams(
  _ request: SegmentRequest, _ plan: SegmentationPlan, _ context: CommandContext
) throws(Explanation) -> JSONValue {
  // Equal runs check equal places.
  let seed: UInt64 = 1
  guard request.choices.seams != 0 else { return ["why": "--verify-seams 0"] }
  let check = SeamCheck(plan, count: request.choices.seams, seed: seed)
  var result: SeamCheck.Result
  do throws(Explanation) {
    let labels = try context.catalogue.open(request.output, hints: OpeningHints())
    result = try check.run(
      from: request.reader, comparingWith: labels, memory: request.choices.memory,
      stopSignal: context.stopSignal)
  } catch {
    // The labels are safe by now: a check that fails must not turn the run into a failure.
    result = SeamCheck.Result(why: error.what)
  }
  let json = result.json(seed: seed)
  let isWrong = result.agreement.beyondTies > 0
  if isWrong || result.boxes.isEmpty && !check.regions.isEmpty || request.choices.seams != nil {
    context.console.note((isWrong ? "warning: " : "") + "seams: " + ReceiptPage.seams(json))
  }
  return json
}
