import json
import pytest
from b2b_market.kernel.permission import Role
from tests.support.people import make_company, make_person, sign_in
BAD=["\ud800","\x00","\u202e"*5, "x"*100000, "", "１２３", "null", "é"]
def test_fuzz(client, runtime):
    org=make_company(runtime); p=make_person(runtime,org,Role.BUYER_ADMIN,Role.BUYER_PURCHASER); op=make_person(runtime,make_company(runtime,"O",platform=True),Role.PLATFORM_OPERATOR)
    profile={"legal_name_zh":"x","legal_name_en":"x","country":"CN","street":"x","city":"x","region":"","postcode":"","identifiers":[{"scheme":"other","value":"1","label":"X"}]}
    bodies={("POST","/sessions"):{"email":"a@b.example","password":"x"},("POST","/passwords"):{"token":"x","password":"y"},("POST","/password-resets"):{"email":"a@b.example"},
     ("POST","/account/password"):{"current":"x","new":"y"},("PUT","/account"):{"name":"x","locale":"en","timezone":"UTC","theme":"auto","density":"default","single_key_shortcuts":True},
     ("POST","/api-keys"):{"label":"x","permissions":["rfq:read"],"expires_at":"2027-01-01T00:00:00Z"},
     ("PUT","/organization"):profile,("PUT","/organization/settings"):{"minimum_quoting_hours":1,"base_currency":"CNY","timezone":"UTC","default_delivery_place":"","default_unit":""},
     ("POST","/members"):{"email":"a@b.example","name":"x","locale":"en","roles":[{"role":"buyer.purchaser"}]},
     ("PUT","/own-roles"):{"side":"buyer","label":"x","permissions":["rfq:read"]},
     ("POST",f"/members/{p.user_id}/roles"):{"role":"buyer.evaluator"},
     ("POST","/organizations"):{"profile":profile,"base_currency":"CNY","timezone":"UTC","buyer":True,"supplier":False,"founder":{"email":"a@b.example","name":"x","locale":"en"}}}
    def variants(b):
        for k,v in b.items():
            if isinstance(v,str):
                for x in BAD+[None,1,1.5,True,[],{}]: yield {**b,k:x}
            elif isinstance(v,dict):
                for y in variants(v): yield {**b,k:y}
            elif isinstance(v,list) and v:
                if isinstance(v[0],dict):
                    for y in variants(v[0]): yield {**b,k:[y]}
                else:
                    for x in BAD+[None,1,[],{}]: yield {**b,k:[x]}
            else:
                for x in BAD+[None,-1,10**30,1.5,[],{}]: yield {**b,k:x}
    seen={}
    for who in (p,op,None):
        if who: sign_in(client,who)
        else: client.cookies.clear()
        for (m,path),b in bodies.items():
            for v in variants(b):
                runtime.redis.flushdb()
                r=client.request(m,"/api/v1"+path,content=json.dumps(v),headers={"content-type":"application/json","if-match":'"v1"'})
                seen[r.status_code]=seen.get(r.status_code,0)+1
                assert r.status_code<500,(m,path,str(v)[:300],r.text[:500])
    print(seen)
