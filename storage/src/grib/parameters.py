"""Writes parameters.tsv: what the codes of common parameters are called.

The names are those of ecCodes (`pip install eccodes`), by way of which the codes are looked up: a
name is set in an empty message, and the codes are read back. Whether the level or the statistic
belongs to the code is found by changing it.
"""

import os
import eccodes as ec

NAMES = """
t u v w wz z gh q r vo d pv o3 pt strf vp pres clwc ciwc crwc cswc cc clwmr icmr rwmr snmr grle absv
eta tke dpt papt ws wdir
2t 2d 2r 2sh 10u 10v 100u 100v 200u 200v 10si 100si 10wdir msl prmsl mslet sp skt sst ci istl1 istl2
istl3 istl4 stl1 stl2 stl3 stl4 swvl1 swvl2 swvl3 swvl4 lsm slt sr fsr al asn fal aluvp aluvd alnip
alnid lai_lv lai_hv cvl cvh tvl tvh src sd sde rsn tsn sf smlt es tp cp lsp lspf crr lsrr csfr lssfr
tprate cprat cpr lsprate prate ptype cin cape mucape mucin mlcape100 mlcin100 tcc lcc mcc hcc cbh
ceil ssr str ssrd strd ssrc strc tsr ttr tsrc ttrc ssrdc strdc tisr fdir cdir uvb par slhf sshf e
pev ro sro ssro ewss nsss lgws mgws gwd bld blh chnk zust deg0l kx totalx
mx2t mn2t mx2t3 mn2t3 mx2t6 mn2t6 mxtpr mntpr 10fg 10fg3 10fg6 i10fg fg10 gust vis
tcw tcwv tciw tclw tco3 tcrw tcsw pwat cwat tozne ctp isor sdor slor anor sdfor orog mterh
lmlt licd lict lblt ltlt lshf ldl dl cl
swh mwp mwd pp1d cdww shww mpww mdww shts mpts mdts shps mpps wind dwi mp1 mp2 msqs hmax tmax
crain cfrzr cicep csnow refc refd refzr lftx 4lftx lftx4 hlcy ustm vstm vwsh hindex cprat lsmk
veg sithick icec icetk snowc sdwe soilw st soilt tsoil watr sfcr hpbl cnwat utaua vtaua uflx vflx
avg_iews sdswrf sdlwrf suswrf sulwrf dswrf dlwrf uswrf ulwrf shtfl lhtfl gflux ishf
avg_sdswrf avg_sdlwrf avg_snswrf avg_snlwrf nswrs nlwrs acpcp ncpcp 5wavh sr2 landn
tmax tmin aptmp heatx wchill sot ssw mld so sal thetao uo ocu ocv zos ssh
aod550 duaod550 ssaod550 omaod550 bcaod550 suaod550 pm1 pm2p5 pm10 co no no2 so2 go3 ch4 co2 tcco
tcno2 tcso2 tcch4 hcho gtco3 aco2rec aco2nee aco2gpp
capel srweq tcolw tcoli tciwv dirswrf difswrf hsnow fri grg cdcb cdct max_10u vmax_10m
""".split()

CENTRES = {"ecmf": 98, "kwbc": 7}
LOCAL = 192


def get(h, key, kind=int):
    try:
        return ec.codes_get(h, key, kind)
    except ec.CodesInternalError:
        return None


def sets(h, **keys):
    for key, value in keys.items():
        ec.codes_set(h, key, value)


def called(h, name):
    return get(h, "shortName", str) == name


def still(h, name, **keys):
    """Whether a message has the same name with other keys."""
    copy = ec.codes_clone(h)
    try:
        sets(copy, **keys)
        return called(copy, name)
    except ec.CodesInternalError:
        return False
    finally:
        ec.codes_release(copy)


def made(edition, centre, name):
    """A message of this name."""
    for above in (True, False):
        h = ec.codes_grib_new_from_samples(f"GRIB{edition}")
        try:
            ec.codes_set(h, "centre", centre)
            if edition == 2:
                ec.codes_set(h, "tablesVersion", 27)
                if above:
                    sets(h, typeOfFirstFixedSurface=100, scaleFactorOfFirstFixedSurface=0,
                         scaledValueOfFirstFixedSurface=50000)
            elif centre == "kwbc":
                ec.codes_set(h, "table2Version", 2)
            ec.codes_set(h, "shortName", name)
        except ec.CodesInternalError:
            continue
        if called(h, name):
            return h
    return None


def level_of(h, edition, name):
    """Kind and value of the level, if they belong to the code."""
    kind = "indicatorOfTypeOfLevel" if edition == 1 else "typeOfFirstFixedSurface"
    value = "level" if edition == 1 else "scaledValueOfFirstFixedSurface"
    here = get(h, kind), get(h, value)
    away = 100 if here[0] != 100 else 103 - 2 * (edition == 1) + 1
    if still(h, name, **{kind: away, value: 500}) and still(h, name, **{kind: 109 - 4 * (edition == 2), value: 3}):
        return ""
    if still(h, name, **{value: 7}) or here[1] in (None, 2147483647):
        return f"{here[0]}"
    return f"{here[0]}={here[1]}"


def row(edition, centre, name):
    h = made(edition, centre, name)
    if h is None:
        return None
    level = level_of(h, edition, name)
    statistic = ""
    if edition == 1:
        code = get(h, "table2Version"), get(h, "indicatorOfParameter")
        local = code[0] > 3 or code[1] > 127
        code = (min(code[0], 3) if not local else code[0], code[1])
    else:
        code = tuple(get(h, k) for k in ("discipline", "parameterCategory", "parameterNumber"))
        local = max(code) >= LOCAL
        process = get(h, "typeOfStatisticalProcessing")
        if process is not None:
            others = [p for p in (0, 1, 2, 3) if p != process]
            if not any(still(h, name, typeOfStatisticalProcessing=p) for p in others):
                statistic = str(process)
    called_by = [get(h, k, str) for k in ("cfVarName", "units", "name")]
    if called_by[0] in (None, "unknown"):
        return None
    return [str(edition), str(CENTRES[centre] if local else 0), ".".join(map(str, code)),
            level, statistic, *called_by]


def main():
    rows = {}
    for edition in (1, 2):
        for centre in CENTRES:
            for name in NAMES:
                found = row(edition, centre, name)
                if found and tuple(found[:5]) not in rows:
                    rows[tuple(found[:5])] = found
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "parameters.tsv"), "w") as out:
        for found in sorted(rows.values(), key=lambda r: (r[0], int(r[1]), [int(c) for c in r[2].split(".")], r[3:])):
            print("\t".join(found), file=out)


if __name__ == "__main__":
    main()
