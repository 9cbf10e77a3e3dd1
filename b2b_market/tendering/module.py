"""What the module brings to the house."""

from pathlib import Path

from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import DemoStep, Manifest
from b2b_market.tendering.api import amendments as amendments_api
from b2b_market.tendering.api import bids as bids_api
from b2b_market.tendering.api import bonds as bonds_api
from b2b_market.tendering.api import committee as committee_api
from b2b_market.tendering.api import complaints as complaints_api
from b2b_market.tendering.api import corrections as corrections_api
from b2b_market.tendering.api import disclosure as disclosure_api
from b2b_market.tendering.api import documents as documents_api
from b2b_market.tendering.api import evaluation as evaluation_api
from b2b_market.tendering.api import frameworks as framework_api
from b2b_market.tendering.api import importing as importing_api
from b2b_market.tendering.api import joint as joint_api
from b2b_market.tendering.api import papers as papers_api
from b2b_market.tendering.api import procedures as procedures_api
from b2b_market.tendering.api import publicity as publicity_api
from b2b_market.tendering.api import reducing as reducing_api
from b2b_market.tendering.api import reveals as reveals_api
from b2b_market.tendering.api import stages as stages_api
from b2b_market.tendering.api import supplements as supplements_api
from b2b_market.tendering.api import talks as talks_api
from b2b_market.tendering.api import tenders as tenders_api
from b2b_market.tendering.cli.bidding import app as commands
from b2b_market.tendering.demo.tenders import place_tenders
from b2b_market.tendering.events.amendments import AMENDMENT_EVENTS
from b2b_market.tendering.events.bids import BID_EVENTS
from b2b_market.tendering.events.bonds import BOND_EVENTS
from b2b_market.tendering.events.committee import COMMITTEE_EVENTS
from b2b_market.tendering.events.complaints import COMPLAINT_EVENTS
from b2b_market.tendering.events.evaluation import EVALUATION_EVENTS
from b2b_market.tendering.events.frameworks import FRAMEWORK_EVENTS
from b2b_market.tendering.events.joint import ParticipantInvited, ParticipationAnswered
from b2b_market.tendering.events.planning import PLAN_EVENTS
from b2b_market.tendering.events.publicity import PUBLICITY_EVENTS
from b2b_market.tendering.events.reducing import REDUCING_EVENTS
from b2b_market.tendering.events.reveals import KeysLost
from b2b_market.tendering.events.selecting import SELECTING_EVENTS
from b2b_market.tendering.events.stages import PricesOpened, TechnicalLocked
from b2b_market.tendering.events.supplements import SupplementNamed
from b2b_market.tendering.events.tenders import TENDER_EVENTS
from b2b_market.tendering.handlers.amendments import AMENDMENT_HANDLERS
from b2b_market.tendering.handlers.bonds import BOND_HANDLERS
from b2b_market.tendering.handlers.committee import COMMITTEE_HANDLERS
from b2b_market.tendering.handlers.complaints import COMPLAINT_HANDLERS
from b2b_market.tendering.handlers.disclosure import DISCLOSURE_HANDLERS
from b2b_market.tendering.handlers.evaluation import EVALUATION_HANDLERS
from b2b_market.tendering.handlers.frameworks import FRAMEWORK_HANDLERS
from b2b_market.tendering.handlers.joint import JOINT_HANDLERS
from b2b_market.tendering.handlers.publicity import PUBLICITY_HANDLERS
from b2b_market.tendering.handlers.reducing import REDUCING_HANDLERS
from b2b_market.tendering.handlers.reveals import REVEAL_HANDLERS
from b2b_market.tendering.handlers.stages import STAGE_HANDLERS
from b2b_market.tendering.handlers.supplements import SUPPLEMENT_HANDLERS
from b2b_market.tendering.handlers.talks import SELECTING_HANDLERS
from b2b_market.tendering.handlers.tenders import HANDLERS
from b2b_market.tendering.intake.refusals import FILE_REFUSALS
from b2b_market.tendering.models import amendments as amendment_models
from b2b_market.tendering.models import bids as bid_models
from b2b_market.tendering.models import bonds as bond_models
from b2b_market.tendering.models import committee as committee_models
from b2b_market.tendering.models import complaints as complaint_models
from b2b_market.tendering.models import disclosure as disclosure_models
from b2b_market.tendering.models import documents as document_models
from b2b_market.tendering.models import evaluation as evaluation_models
from b2b_market.tendering.models import keys as key_models
from b2b_market.tendering.models import planning as planning_models
from b2b_market.tendering.models import procedures as procedure_models
from b2b_market.tendering.models import publicity as publicity_models
from b2b_market.tendering.models import reducing as reducing_models
from b2b_market.tendering.models import reveals as reveal_models
from b2b_market.tendering.models import selecting as selecting_models
from b2b_market.tendering.models import stages as stage_models
from b2b_market.tendering.models import tenders as tender_models
from b2b_market.tendering.pages import amendments as amendment_pages
from b2b_market.tendering.pages import bidding as bidding_pages
from b2b_market.tendering.pages import bonds as bond_pages
from b2b_market.tendering.pages import committee as committee_pages
from b2b_market.tendering.pages import complaint_case as complaint_case_pages
from b2b_market.tendering.pages import complaints as complaint_pages
from b2b_market.tendering.pages import corrections as correction_pages
from b2b_market.tendering.pages import documents as document_pages
from b2b_market.tendering.pages import evaluation as evaluation_pages
from b2b_market.tendering.pages import feeds as feed_pages
from b2b_market.tendering.pages import frameworks as framework_pages
from b2b_market.tendering.pages import importing as importing_pages
from b2b_market.tendering.pages import joint as joint_pages
from b2b_market.tendering.pages import papers as paper_pages
from b2b_market.tendering.pages import planning as planning_pages
from b2b_market.tendering.pages import procedures as procedure_pages
from b2b_market.tendering.pages import publicity as publicity_pages
from b2b_market.tendering.pages import reducing as reducing_pages
from b2b_market.tendering.pages import reveals as reveal_pages
from b2b_market.tendering.pages import stages as stage_pages
from b2b_market.tendering.pages import supplements as supplement_pages
from b2b_market.tendering.pages import talks as talk_pages
from b2b_market.tendering.pages import tenders as tender_pages
from b2b_market.tendering.permissions import GRANTS, TenderPermission
from b2b_market.tendering.rules.refusals import REFUSALS
from b2b_market.tendering.service import (
    amending,
    answering,
    applying,
    asking,
    attaching,
    awarding,
    bidding,
    board,
    bond_settling,
    bonding,
    calling,
    committee,
    competing,
    complaining,
    concerning,
    concluding,
    conducting,
    continuing,
    correcting,
    decrypting,
    departing,
    disclosing,
    drafting,
    editions,
    evaluating,
    evidence,
    frameworks,
    framing,
    guaranteeing,
    importing,
    joining,
    keys,
    lettering,
    opening,
    planning,
    postponing,
    printing,
    publicity,
    publishing,
    qualifying,
    questioning,
    reducing,
    reporting,
    revealing,
    reviewing,
    revoking,
    seating,
    staging,
    stepping,
    supplementing,
    talking,
)
from b2b_market.tendering.service import procedures as procedure_operations
from b2b_market.tendering.tasks import TASKS
from b2b_market.ui.viewer import NavGroup, NavItem

APPROVALS = "/tenders?status=pending_approval"

MANIFEST = Manifest(
    name="tendering",
    package=Path(__file__).parent,
    api=(
        procedures_api.router,
        bids_api.key_router,
        bids_api.officer_router,
        importing_api.router,
        tenders_api.router,
        tenders_api.open_router,
        tenders_api.lot_router,
        tenders_api.enquiry_router,
        bids_api.router,
        bids_api.bid_router,
        *evaluation_api.ROUTERS,
        *papers_api.ROUTERS,
        *committee_api.ROUTERS,
        *stages_api.ROUTERS,
        *complaints_api.ROUTERS,
        *publicity_api.ROUTERS,
        reveals_api.router,
        supplements_api.router,
        *documents_api.ROUTERS,
        *reducing_api.ROUTERS,
        *talks_api.ROUTERS,
        *disclosure_api.ROUTERS,
        *framework_api.ROUTERS,
        *joint_api.ROUTERS,
        *amendments_api.ROUTERS,
        corrections_api.router,
        *bonds_api.ROUTERS,
    ),
    # fixed paths stand before those with ids: /tenders/new before /tenders/{tender_id}
    pages=(
        procedure_pages.router,
        *importing_pages.ROUTERS,
        bidding_pages.router,
        *feed_pages.ROUTERS,
        tender_pages.router,
        evaluation_pages.router,
        paper_pages.router,
        committee_pages.router,
        stage_pages.router,
        complaint_pages.router,
        publicity_pages.router,
        complaint_case_pages.router,
        complaint_case_pages.fee_router,
        reveal_pages.router,
        supplement_pages.router,
        document_pages.router,
        reducing_pages.router,
        *talk_pages.ROUTERS,
        framework_pages.router,
        joint_pages.router,
        amendment_pages.router,
        correction_pages.router,
        bond_pages.router,
        planning_pages.router,
    ),
    handlers=(
        *HANDLERS,
        *EVALUATION_HANDLERS,
        *COMMITTEE_HANDLERS,
        *STAGE_HANDLERS,
        *COMPLAINT_HANDLERS,
        *PUBLICITY_HANDLERS,
        *REVEAL_HANDLERS,
        *SUPPLEMENT_HANDLERS,
        *SELECTING_HANDLERS,
        *REDUCING_HANDLERS,
        *DISCLOSURE_HANDLERS,
        *FRAMEWORK_HANDLERS,
        *JOINT_HANDLERS,
        *AMENDMENT_HANDLERS,
        *BOND_HANDLERS,
    ),
    demo=(DemoStep(60, place_tenders),),
    tasks=TASKS,
    permissions=(TenderPermission,),
    grants=(GRANTS,),
    refusals=(*REFUSALS, *FILE_REFUSALS),
    cli=commands,
    services=(
        procedure_operations,
        evaluating,
        questioning,
        awarding,
        keys,
        drafting,
        publishing,
        asking,
        conducting,
        bidding,
        opening,
        printing,
        reporting,
        lettering,
        board,
        committee,
        seating,
        decrypting,
        staging,
        complaining,
        reviewing,
        revoking,
        publicity,
        revealing,
        supplementing,
        attaching,
        applying,
        postponing,
        concerning,
        qualifying,
        talking,
        continuing,
        reducing,
        departing,
        stepping,
        disclosing,
        importing,
        concluding,
        framing,
        frameworks,
        calling,
        competing,
        answering,
        joining,
        amending,
        editions,
        correcting,
        bonding,
        bond_settling,
        guaranteeing,
        evidence,
        planning,
    ),
    models=(
        procedure_models,
        key_models,
        tender_models,
        bid_models,
        evaluation_models,
        committee_models,
        stage_models,
        complaint_models,
        publicity_models,
        reveal_models,
        document_models,
        selecting_models,
        reducing_models,
        disclosure_models,
        amendment_models,
        bond_models,
        planning_models,
    ),
    events=(
        *BID_EVENTS,
        *EVALUATION_EVENTS,
        TechnicalLocked,
        PricesOpened,
        *COMPLAINT_EVENTS,
        KeysLost,
        SupplementNamed,
        *SELECTING_EVENTS,
        *REDUCING_EVENTS,
        *TENDER_EVENTS,
        *FRAMEWORK_EVENTS,
        ParticipantInvited,
        ParticipationAnswered,
        *AMENDMENT_EVENTS,
        *COMMITTEE_EVENTS,
        *PUBLICITY_EVENTS,
        *BOND_EVENTS,
        *PLAN_EVENTS,
    ),
    blurred=("/tenders", "/bids", "/tender-bids", "/tender-bonds"),
    nav=(
        NavGroup(
            N_("Tendering"),
            (
                NavItem(N_("Tenders"), "/tenders", "award", TenderPermission.EVALUATE),
                NavItem(N_("Tenders to approve"), APPROVALS, "approve", TenderPermission.APPROVE),
                NavItem(N_("Tenders open to you"), "/open-tenders", "inbox", TenderPermission.BID_SUBMIT),
                NavItem(N_("Joint tenders"), "/joint-tenders", "award", TenderPermission.JOIN),
                NavItem(N_("Framework agreements"), "/frameworks", "contract", TenderPermission.FRAMEWORK_READ),
                NavItem(N_("Opening keys"), "/officer-keys", "key", TenderPermission.KEY_HOLD),
                NavItem(N_("Complaints"), "/tender-complaints", "help", TenderPermission.COMPLAINT_READ),
                NavItem(N_("Public tenders"), "/tender-board", "globe"),
            ),
        ),
    ),
)
