import EngineCore
import Testing
import Training
import VolumeCore

@Suite struct `A recipe` {
  static func read(_ text: String, _ base: TrainingRecipe = TrainingRecipe()) throws
    -> TrainingRecipe
  { try TrainingRecipe(parsing: Array(text.utf8), base: base) }

  @Test(arguments: Array(TrainingRecipe.named.keys))
  func `comes back from what is written of it`(name: String) throws {
    var recipe = try #require(TrainingRecipe.named[name])
    recipe.crop = Shape3(z: 1, y: 96, x: 96)
    recipe.loss = LossOptions([
      LossOptions.Term(.crossEntropy, classWeights: [1, 1, 3]),
      LossOptions.Term(.macroJaccard(epsilon: 1), factor: 0.25),
      LossOptions.Term(.focal(gamma: 2)), LossOptions.Term(.flatJaccard(epsilon: 1)),
    ])
    recipe.network.dropout = 0.1
    for schedule in [
      recipe.schedule, .schedule00, .constant(1e-3), .cosine(from: 1, to: 0.1, epochs: 3),
      .rangeTest(from: 1e-6, to: 1, epochs: 2),
    ] {
      recipe.schedule = schedule
      #expect(try Self.read(recipe.json.text()) == recipe)
    }
  }

  @Test func `names the key that was misspelt`() throws {
    #expect(throws: RecipeError.self) { try Self.read("{\"epoch\": 3}") }
    do {
      _ = try Self.read("{\"augmentation\": {\"rotatoin\": 30}}")
    } catch let error as RecipeError {
      guard case .unknownKey("rotatoin", "augmentation", let known) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(known.contains("rotation"))
      let words = error.explanation { word, _ in word == "rotatoin" ? "rotation" : nil }
      #expect(words.remedy.hasPrefix("did you mean 'rotation'?"))
    }
  }

  @Test(arguments: [
    ("[1]", RecipeError.wrongKind(place: "", wanted: "an object, { ... }", found: "a list")),
    ("{", .isNotJSON),
    ("{\"batch\": 0}", .outOfRange(place: "batch", value: 0, wanted: "a whole number from 1 on")),
    ("{\"batch\": 1.5}", .wrongKind(place: "batch", wanted: "a whole number", found: "1.5")),
    (
      "{\"loss\": \"jacard\"}",
      .unknownChoice(
        "jacard", place: "loss.kind",
        known: ["flat-jaccard", "macro-jaccard", "cross-entropy", "focal"])
    ),
    (
      "{\"network\": {\"layers\": 4}}",
      .outOfRange(place: "network.layers", value: 4, wanted: "an odd number")
    ),
    ("{\"schedule\": {\"rate\": 1}}", .missing(key: "kind", place: "schedule")),
  ])
  func `says what is wrong with it`(text: String, error: RecipeError) {
    #expect(throws: error) { try Self.read(text) }
  }

  @Test func `stretches its schedule over other epochs`() throws {
    let recipe = try Self.read("{\"base\": \"few\", \"epochs\": 7}")
    #expect(recipe.schedule == .oneCycle(peak: 3e-3, epochs: 7, rise: 0.15))
    #expect(recipe.augmentation == .few)
  }
}
