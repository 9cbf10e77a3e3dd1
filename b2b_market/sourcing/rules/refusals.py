"""The ways in which sourcing says no."""

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class RateMissing(Refusal):
    """Amounts in different currencies cannot be compared without a frozen rate."""

    kind, code = Kind.CONFLICT, "sourcing-rate-missing"
    title = N_("An exchange rate is missing")
    advice = N_(
        "There is no frozen rate for {pairs}. Enter it with its source and date, or leave out what is in that currency."
    )


class NothingInCommon(Refusal):
    """No line is quoted in full by every supplier, so no price is like another."""

    kind, code = Kind.CONFLICT, "sourcing-nothing-in-common"
    title = N_("These quotes have no line in common")
    advice = N_(
        "Scores need lines that every supplier quotes in full. Leave out {supplier}, who covers only {covered} of "
        "{lines}, and compare again."
    )


class AssumptionsUnusable(Refusal):
    """Assumptions about costs that cannot be calculated with; ``errors`` names each."""

    kind, code = Kind.CONFLICT, "sourcing-assumptions-unusable"
    title = N_("These costs cannot be calculated with")
    advice = N_("{count} entries need correction; each is listed with what would be right.")


class WeightsIncomplete(Refusal):
    """Weights that do not add up to 100 make scores that nobody can check."""

    kind, code = Kind.CONFLICT, "sourcing-weights-not-100"
    title = N_("The weights must add up to 100")
    advice = N_("They add up to {total}. Change one of them by {difference}.")


class CriteriaUnusable(Refusal):
    """Criteria that are missing, named twice or without weight; ``errors`` names each."""

    kind, code = Kind.CONFLICT, "sourcing-criteria-unusable"
    title = N_("The criteria cannot be used")
    advice = N_("Give at least one criterion; each needs its own key, a weight above 0 and a maximum above 0.")


class ValueOutOfRange(Refusal):
    """A value that the formula of its criterion has no score for."""

    kind, code = Kind.CONFLICT, "sourcing-value-out-of-range"
    title = N_("A value is outside its range")
    advice = N_("{criterion} of {supplier} is {value}; it must be between 0 and {maximum}.")


class ValueNegative(Refusal):
    """A price or a duration below zero has no place on a scale where the lowest is best."""

    kind, code = Kind.CONFLICT, "sourcing-value-negative"
    title = N_("A value is negative")
    advice = N_("{criterion} of {supplier} is {value}; it must not be below 0.")


class AnswerUnknown(Refusal):
    """An answer that the criterion's table has no points for."""

    kind, code = Kind.CONFLICT, "sourcing-answer-unknown"
    title = N_("This answer has no points")
    advice = N_("{supplier} answered {criterion} with {answer}; the answers with points are: {answers}.")


class TooManyCombinations(Refusal):
    """Finding the proven best would take longer than a page may wait."""

    kind, code = Kind.CONFLICT, "sourcing-too-many-combinations"
    title = N_("Too many combinations to prove the best one")
    advice = N_(
        "{suppliers} suppliers over {lines} lines can be searched for at most {possible} suppliers, not {wanted}. "
        "Ask for {possible} or fewer, or leave suppliers out of the comparison."
    )


class LineTooTangled(Refusal):
    """One need has so many partial offers with minimum quantities that its best split cannot be proven in time."""

    kind, code = Kind.CONFLICT, "sourcing-line-too-tangled"
    title = N_("The best split of a line cannot be proven")
    advice = N_("Line {number} has {offers} partial offers with minimum quantities. Split it by hand.")


class FreightTooTangled(Refusal):
    """So many quotations charge freight that nobody can prove in time which of them are worth it."""

    kind, code = Kind.CONFLICT, "sourcing-freight-too-tangled"
    title = N_("Which freight is worth it cannot be proven")
    advice = N_(
        "{suppliers} quotations charge freight over {lines} lines. Save an optimised award, which weighs freight too, "
        "or leave suppliers out of the comparison."
    )


class SupplierUnknown(Refusal):
    """The supplier is not among those compared."""

    kind, code = Kind.CONFLICT, "sourcing-supplier-unknown"
    title = N_("This supplier is not in the comparison")
    advice = N_("Choose one of the suppliers whose quotes are compared.")


class AwardNotPossible(Refusal):
    """The picks break what the suppliers offered or what is needed; ``errors`` names each."""

    kind, code = Kind.CONFLICT, "sourcing-award-not-possible"
    title = N_("This award is not possible")
    advice = N_("{count} picks or lines need correction; each is listed with what would be right.")
