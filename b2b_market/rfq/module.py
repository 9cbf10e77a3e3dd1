"""What the module brings to the house."""

from pathlib import Path

from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import DemoStep, Manifest
from b2b_market.rfq import events
from b2b_market.rfq.api import amendments as amendments_api
from b2b_market.rfq.api import attaching as attaching_api
from b2b_market.rfq.api import bargaining as bargaining_api
from b2b_market.rfq.api import cancelling as cancelling_api
from b2b_market.rfq.api import evidence as evidence_api
from b2b_market.rfq.api import exports as exports_api
from b2b_market.rfq.api import guests as guests_api
from b2b_market.rfq.api import history as history_api
from b2b_market.rfq.api import imports as imports_api
from b2b_market.rfq.api import landing as landing_api
from b2b_market.rfq.api import letters as letters_api
from b2b_market.rfq.api import questions as questions_api
from b2b_market.rfq.api import quote_workbooks as quote_workbooks_api
from b2b_market.rfq.api import quotes as quotes_api
from b2b_market.rfq.api import redoing as redoing_api
from b2b_market.rfq.api import requests as requests_api
from b2b_market.rfq.api import rounds as rounds_api
from b2b_market.rfq.api import savings as savings_api
from b2b_market.rfq.api import scenarios as scenarios_api
from b2b_market.rfq.api import scoring as scoring_api
from b2b_market.rfq.api import standing as standing_api
from b2b_market.rfq.api import submitted as submitted_api
from b2b_market.rfq.api import templates as templates_api
from b2b_market.rfq.cli.importing import app as commands
from b2b_market.rfq.demo.amendments import submit_amendment
from b2b_market.rfq.demo.costs import state_costs
from b2b_market.rfq.demo.requests import place_requests
from b2b_market.rfq.demo.standby import call_in_standby
from b2b_market.rfq.handlers.amendments import HANDLERS as AMENDMENT_HANDLERS
from b2b_market.rfq.handlers.attaching import HANDLERS as DOCUMENT_HANDLERS
from b2b_market.rfq.handlers.bargaining import HANDLERS as BARGAINING_HANDLERS
from b2b_market.rfq.handlers.cancelling import HANDLERS as CANCELLING_HANDLERS
from b2b_market.rfq.handlers.expiring import HANDLERS as EXPIRY_HANDLERS
from b2b_market.rfq.handlers.guests import HANDLERS as GUEST_HANDLERS
from b2b_market.rfq.handlers.letters import HANDLERS as LETTER_HANDLERS
from b2b_market.rfq.handlers.pricing import HANDLERS as PRICE_HANDLERS
from b2b_market.rfq.handlers.requests import HANDLERS
from b2b_market.rfq.handlers.rounds import HANDLERS as ROUND_HANDLERS
from b2b_market.rfq.intake import quote_rows
from b2b_market.rfq.intake.imports import PricesInOtherCurrency
from b2b_market.rfq.intake.upload import IMPORT_REFUSALS
from b2b_market.rfq.models import amendments as amendment_models
from b2b_market.rfq.models import attaching as attaching_models
from b2b_market.rfq.models import bargaining as bargaining_models
from b2b_market.rfq.models import costing as costing_models
from b2b_market.rfq.models import drafting as drafting_models
from b2b_market.rfq.models import editions as edition_models
from b2b_market.rfq.models import guests as guest_models
from b2b_market.rfq.models import history as history_models
from b2b_market.rfq.models import letters as letter_models
from b2b_market.rfq.models import questions as question_models
from b2b_market.rfq.models import quotes as quote_models
from b2b_market.rfq.models import requests as request_models
from b2b_market.rfq.models import rounds as round_models
from b2b_market.rfq.models import scenarios as scenario_models
from b2b_market.rfq.models import scoring as scoring_models
from b2b_market.rfq.models import standing as standing_models
from b2b_market.rfq.pages import amending as amending_pages
from b2b_market.rfq.pages import attaching as attaching_pages
from b2b_market.rfq.pages import awards, editions, editor, importing, negotiating, quote_workbook, redoing, supplying
from b2b_market.rfq.pages import cancelling as cancelling_pages
from b2b_market.rfq.pages import comparing as comparing_pages
from b2b_market.rfq.pages import evidence as evidence_pages
from b2b_market.rfq.pages import exporting as exporting_pages
from b2b_market.rfq.pages import guests as guest_pages
from b2b_market.rfq.pages import history as history_pages
from b2b_market.rfq.pages import landing as landing_pages
from b2b_market.rfq.pages import letters as letter_pages
from b2b_market.rfq.pages import questions as question_pages
from b2b_market.rfq.pages import requests as request_pages
from b2b_market.rfq.pages import savings as savings_pages
from b2b_market.rfq.pages import scenarios as scenario_pages
from b2b_market.rfq.pages import scoring as scoring_pages
from b2b_market.rfq.pages import standing as standing_pages
from b2b_market.rfq.pages import submitted as submitted_pages
from b2b_market.rfq.pages import talking as talk_pages
from b2b_market.rfq.pages import templates as template_pages
from b2b_market.rfq.permissions import GRANTS, RfqPermission
from b2b_market.rfq.rules import amending, approving, asking, awarding, bargaining, bundling, drafting, naming, quoting
from b2b_market.rfq.rules import attaching as attaching_rules
from b2b_market.rfq.rules import cancelling as cancelling_rules
from b2b_market.rfq.rules import expiring as expiring_rules
from b2b_market.rfq.rules import guests as guest_rules
from b2b_market.rfq.rules import letters as letter_rules
from b2b_market.rfq.rules import redoing as redoing_rules
from b2b_market.rfq.rules import rounds as round_rules
from b2b_market.rfq.rules import scenarios as scenario_rules
from b2b_market.rfq.rules import scoring as scoring_rules
from b2b_market.rfq.rules.exporting import ExportersBusy
from b2b_market.rfq.service import amending as amend_operations
from b2b_market.rfq.service import (
    answering,
    attaching,
    cancelling,
    closing,
    comparing,
    confirming,
    copying,
    countering,
    evidence,
    expiring,
    exporting,
    history,
    inviting,
    landing,
    learning,
    letters,
    preparing,
    publishing,
    remembering,
    savings,
    scenarios,
    scoring,
    searching,
    standing,
    submitting,
    taking_over,
    talking,
    templates,
)
from b2b_market.rfq.service import asking as question_operations
from b2b_market.rfq.service import awarding as award_operations
from b2b_market.rfq.service import drafting as draft_operations
from b2b_market.rfq.service import editions as edition_operations
from b2b_market.rfq.service import importing as import_operations
from b2b_market.rfq.service import quoting as quote_operations
from b2b_market.rfq.service import rounds as round_operations
from b2b_market.rfq.tasks import TASKS
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="rfq",
    package=Path(__file__).parent,
    api=(
        imports_api.router,
        requests_api.router,
        requests_api.invitations_router,
        amendments_api.router,
        submitted_api.by_rfq,
        submitted_api.router,
        questions_api.router,
        questions_api.question_router,
        redoing_api.by_rfq,
        redoing_api.by_award,
        templates_api.by_rfq,
        templates_api.router,
        attaching_api.by_rfq,
        attaching_api.router,
        guests_api.by_rfq,
        guests_api.guest_router,
        guests_api.takeover_router,
        quotes_api.by_rfq,
        quote_workbooks_api.router,
        exports_api.router,
        evidence_api.router,
        landing_api.router,
        history_api.router,
        scoring_api.router,
        scenarios_api.by_rfq,
        scenarios_api.router,
        savings_api.router,
        quotes_api.quote_router,
        quotes_api.award_router,
        letters_api.by_award,
        cancelling_api.router,
        letters_api.by_rfq,
        letters_api.router,
        rounds_api.router,
        standing_api.router,
        bargaining_api.by_rfq,
        bargaining_api.by_quote,
        bargaining_api.router,
    ),
    # fixed paths stand before those with ids: /rfqs/import and /rfqs/templates before /rfqs/{rfq_id}, and
    # /awards/{award_id}/repeat and /awards/{award_id}/letters before /awards/{award_id}/{decision}
    pages=(
        importing.router,
        editor.router,
        template_pages.router,
        redoing.router,
        comparing_pages.router,
        exporting_pages.router,
        landing_pages.router,
        history_pages.router,
        scoring_pages.router,
        scenario_pages.router,
        savings_pages.router,
        letter_pages.router,
        cancelling_pages.router,
        awards.router,
        amending_pages.router,
        submitted_pages.router,
        editions.router,
        question_pages.router,
        quote_workbook.router,
        negotiating.router,
        talk_pages.router,
        guest_pages.router,
        attaching_pages.router,
        evidence_pages.router,
        standing_pages.router,
        supplying.router,
        request_pages.router,
    ),
    cli=commands,
    handlers=(
        *HANDLERS,
        *EXPIRY_HANDLERS,
        *ROUND_HANDLERS,
        *BARGAINING_HANDLERS,
        *GUEST_HANDLERS,
        *DOCUMENT_HANDLERS,
        *PRICE_HANDLERS,
        *LETTER_HANDLERS,
        *AMENDMENT_HANDLERS,
        *CANCELLING_HANDLERS,
    ),
    tasks=TASKS,
    permissions=(RfqPermission,),
    grants=(GRANTS,),
    refusals=(
        drafting.DeadlineTooSoon,
        drafting.DeadlineMissing,
        drafting.NothingRequested,
        drafting.NobodyInvited,
        drafting.CannotInvite,
        drafting.NeedInThePast,
        approving.AboveLimit,
        approving.ApprovalNeeded,
        approving.ReasonMissing,
        quoting.QuoteTooLate,
        quoting.NotOpenForQuotes,
        quoting.CloseTooEarly,
        quoting.OwnRequest,
        expiring_rules.NothingToHoldFor,
        quote_rows.NotAQuoteWorkbook,
        quote_rows.OtherRequestsWorkbook,
        amending.NothingAmended,
        amending.TooLateToAmend,
        amending.DeadlineMustMove,
        amending.AmendmentNeedsApproval,
        amending.AmendmentWaits,
        amending.AmendmentOutdated,
        amending.RequestAmended,
        amending.QuoteDoesNotFit,
        amending.QuoteRanOut,
        asking.EnquiryEndMisplaced,
        asking.EnquiryEnded,
        asking.AskerNamed,
        asking.TooManyQuestions,
        asking.AnswerTooLate,
        asking.QuestionsOpen,
        awarding.NothingAwarded,
        awarding.AwardUndecided,
        awarding.AwardOutdated,
        cancelling_rules.NothingToCancel,
        bundling.BundleBroken,
        redoing_rules.AwardNotDecided,
        letter_rules.LettersNotDue,
        letter_rules.LettersIssuedAlready,
        scenario_rules.TooManyScenarios,
        scenario_rules.ScenarioNotReady,
        scenario_rules.ScenarioOutdated,
        scoring_rules.CriteriaFrozen,
        scoring_rules.NoCriteria,
        scoring_rules.AssessmentsUnusable,
        naming.TemplateNameTaken,
        round_rules.RoundsUsedUp,
        round_rules.NotGoingOn,
        round_rules.PriorRoundStands,
        round_rules.QuoteGotWorse,
        bargaining.NotNegotiable,
        bargaining.CounterWaits,
        bargaining.NothingToAnswer,
        bargaining.CountersUsedUp,
        bargaining.NoImprovement,
        bargaining.CounterRanOut,
        bargaining.NotYourTurn,
        bargaining.TalkSealed,
        bargaining.TalkOver,
        attaching_rules.TooManyDocuments,
        attaching_rules.FileAttached,
        attaching_rules.NdaNotAccepted,
        attaching_rules.NdaChanged,
        guest_rules.TooManyGuests,
        guest_rules.GuestInvited,
        guest_rules.WinnerNotApproved,
        guest_rules.PlacesTaken,
        guest_rules.NegotiatedAlready,
        guest_rules.NothingToTakeOver,
        *IMPORT_REFUSALS,
        PricesInOtherCurrency,
        ExportersBusy,
    ),
    services=(
        draft_operations,
        copying,
        templates,
        import_operations,
        remembering,
        publishing,
        inviting,
        taking_over,
        attaching,
        evidence,
        answering,
        amend_operations,
        submitting,
        edition_operations,
        question_operations,
        closing,
        quote_operations,
        confirming,
        learning,
        letters,
        expiring,
        preparing,
        comparing,
        exporting,
        landing,
        history,
        scoring,
        savings,
        scenarios,
        searching,
        award_operations,
        cancelling,
        round_operations,
        standing,
        countering,
        talking,
    ),
    models=(
        request_models,
        edition_models,
        question_models,
        quote_models,
        drafting_models,
        round_models,
        bargaining_models,
        guest_models,
        attaching_models,
        costing_models,
        scoring_models,
        history_models,
        scenario_models,
        letter_models,
        standing_models,
        amendment_models,
    ),
    events=tuple(kind for kind in vars(events).values() if isinstance(kind, type) and "topic" in vars(kind)),
    demo=(
        DemoStep(50, place_requests),
        DemoStep(51, state_costs),
        DemoStep(52, submit_amendment),
        DemoStep(53, call_in_standby),
    ),
    nav=(
        NavGroup(
            "",
            (
                NavItem(N_("Requests for quotation"), "/rfqs", "rfq", RfqPermission.COMPARE),
                NavItem(N_("Savings"), "/savings", "chart", RfqPermission.COMPARE),
                NavItem(N_("Invitations to quote"), "/invitations", "inbox", RfqPermission.QUOTE_SUBMIT),
            ),
        ),
        NavGroup(
            N_("Company"),
            (NavItem(N_("Take over an invitation"), "/takeover", "inbox", RfqPermission.TAKE_OVER),),
        ),
    ),
)
